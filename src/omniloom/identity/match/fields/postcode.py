"""A postcode."""

import re

from omniloom.identity.match.field import Comparison, Field, Level, Parts, same, share, typed_over
from omniloom.identity.match.spelling import latin

_BRITISH = re.compile(r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}")


def _normalise(value: str) -> Parts:
    code = latin(value).replace(" ", "")
    return (code or None,)


FIELD = Field(
    title="Postcode",
    headers=("postcode", "post code", "postal code", "zip", "zip code", "zipcode", "индекс", "почтовый индекс",
             "postal", "indeks", "postalcode"),
    looks_like=lambda values: share(values, lambda value: _BRITISH.fullmatch(latin(value))),
    parts=("code",),
    normalise=_normalise,
    comparisons=(
        Comparison("Postcode", ("code",), (
            same("code", 0.82, "the same"),
            typed_over("code", 1, 0.08, "one figure apart"),
            Level("two figures apart or the same region",
                  "left({code.l}, 3) = left({code.r}, 3) or damerau_levenshtein({code.l}, {code.r}) <= 2", 0.02),
        ), 0.08),
    ),
    keys=("code",),
    rank=35,
    survivorship="recency",
    examples={"119 021": ("119021",), "SW1A 1AA": ("sw1a1aa",), "": (None,)},
)  # fmt: skip
