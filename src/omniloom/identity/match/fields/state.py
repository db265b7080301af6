"""A region, state or country."""

import re
from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Parts, same, typed_over
from omniloom.identity.match.spelling import latin

_TYPE = re.compile(r"\b(?:oblast|obl|kray|respublika|resp|rayon|r n|avtonomnyy okrug|ao|state of|region)\b")


def _normalise(value: str) -> Parts:
    return (_TYPE.sub("", latin(value)).strip() or None,)


def _never(_values: Sequence[str]) -> float:
    return 0.0


FIELD = Field(
    title="Region",
    headers=("state", "region", "province", "county", "country", "регион", "область", "край", "страна", "oblast",
             "субъект", "territory", "район"),
    looks_like=_never,
    parts=("name",),
    normalise=_normalise,
    comparisons=(
        Comparison("Region", ("name",), (
            same("name", 0.9, "the same"),
            typed_over("name", 1, 0.03, "one letter apart", letters_min=3),
        ), 0.07),
    ),
    keys=(),
    rank=99,
    survivorship="recency",
    examples={"Московская обл.": ("moskovskaya",), "NSW": ("nsw",), " ": (None,)},
)  # fmt: skip
