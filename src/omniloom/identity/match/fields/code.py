"""Any other short value: compared letter by letter."""

from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Parts, same, typed_over
from omniloom.identity.match.spelling import latin


def _normalise(value: str) -> Parts:
    return (latin(value) or None,)


def _never(_values: Sequence[str]) -> float:
    return 0.0


FIELD = Field(
    title="Other",
    headers=(),
    looks_like=_never,
    parts=("text",),
    normalise=_normalise,
    comparisons=(
        Comparison(
            "Other",
            ("text",),
            (
                same("text", 0.8, "the same"),
                typed_over("text", 1, 0.05, "one letter apart", letters_min=4),
            ),
            0.15,
        ),
    ),
    keys=("text",),
    rank=100,
    survivorship="recency",
    examples={"AB-12": ("ab 12",), "": (None,)},
    is_identity=False,
)
