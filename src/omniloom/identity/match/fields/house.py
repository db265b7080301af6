"""The number of a house or flat."""

import re
from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Parts, same, typed_over
from omniloom.identity.match.spelling import latin

_TYPE = re.compile(r"\b(?:d|dom|no|number|kv|kvartira|flat|apt|unit)\b")


def _normalise(value: str) -> Parts:
    return (_TYPE.sub("", latin(value)).replace(" ", "") or None,)


def _never(_values: Sequence[str]) -> float:
    return 0.0


FIELD = Field(
    title="House",
    headers=("house", "house number", "street number", "дом", "номер дома", "building", "flat", "apartment", "квартира",
             "кв", "dom", "house no", "street no", "корпус", "unit", "streetnumber", "housenumber"),
    looks_like=_never,
    parts=("number",),
    normalise=_normalise,
    comparisons=(
        Comparison("House", ("number",), (
            same("number", 0.82, "the same"),
            typed_over("number", 1, 0.06, "one figure apart", letters_min=2),
        ), 0.12),
    ),
    keys=(),
    rank=99,
    survivorship="recency",
    examples={"д. 12": ("12",), "12А": ("12a",), "": (None,)},
)  # fmt: skip
