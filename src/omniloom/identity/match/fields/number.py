"""A plain number, such as a price or a year."""

import re

from omniloom.identity.match.field import Comparison, Field, Level, Parts, of_part, same, share

_NUMBER = re.compile(r"[-+]?[$€£₽]?\s*\d[\d\s,]*(?:\.\d+)?\s*[$€£₽%]?")
_FIGURES = re.compile(r"[^0-9.\-]")


def _normalise(value: str) -> Parts:
    plain = _FIGURES.sub("", value)
    try:
        return (f"{float(plain):g}",)
    except ValueError:
        return (None,)


FIELD = Field(
    title="Number",
    headers=("price", "year", "amount", "цена", "год", "age", "возраст", "сумма", "weight", "вес"),
    looks_like=lambda values: share(values, lambda value: _NUMBER.fullmatch(value.strip())),
    parts=("value",),
    normalise=_normalise,
    comparisons=(
        Comparison(
            "Number",
            ("value",),
            (
                same("value", 0.7, "the same"),
                Level(
                    "within a hundredth", of_part("value", lambda values, one, two: values.near(one, two, 0.01)), 0.06
                ),
                Level("within a tenth", of_part("value", lambda values, one, two: values.near(one, two, 0.1)), 0.08),
            ),
            0.16,
        ),
    ),
    keys=(),
    rank=98,
    survivorship="recency",
    examples={"$1,299.00": ("1299",), "2001": ("2001",), "n/a": (None,)},
    is_identity=False,
)
