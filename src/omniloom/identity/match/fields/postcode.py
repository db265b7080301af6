"""A postcode."""

import re

from omniloom.identity.match.field import (
    Comparison,
    Field,
    Level,
    Parts,
    either,
    equal,
    of_part,
    same,
    share,
    typed_over,
)
from omniloom.identity.match.spelling import latin

_BRITISH = re.compile(r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}")


def _normalise(value: str) -> Parts:
    code = latin(value).replace(" ", "")
    return (code or None, code[:3] or None)


FIELD = Field(
    title="Postcode",
    headers=("postcode", "post code", "postal code", "zip", "zip code", "zipcode", "индекс", "почтовый индекс",
             "postal", "indeks", "postalcode"),
    looks_like=lambda values: share(values, lambda value: _BRITISH.fullmatch(latin(value))),
    parts=("code", "region"),
    normalise=_normalise,
    comparisons=(
        Comparison("Postcode", ("code",), (
            same("code", 0.82, "the same"),
            typed_over("code", 1, 0.08, "one figure apart"),
            Level("two figures apart or the same region",
                  either(equal("region"), of_part("code", lambda codes, *pairs: codes.typed_over(*pairs, 2, 0))), 0.02),
        ), 0.08),
    ),
    keys=("code",),
    rank=35,
    survivorship="recency",
    examples={"119 021": ("119021", "119"), "SW1A 1AA": ("sw1a1aa", "sw1"), "": (None, None)},
)  # fmt: skip
