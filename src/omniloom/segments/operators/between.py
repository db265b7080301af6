"""The number or day lies between the two arguments, both included."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is between {}",
    title_ru="между {}",
    kinds=(
        Kind.NUMBER,
        Kind.DATE,
    ),
    takes=Takes.PAIR,
    matches=lambda value, argument: value is not None and argument[0] <= value <= argument[1],
    sql=lambda column, low, high: exp.Between(this=column, low=low, high=high),
    examples=(
        Example(18.0, (18.0, 35.0), holds=True),
        Example(36.0, (18.0, 35.0), holds=False),
        Example("2026-01-05", ("2026-01-01", "2026-01-31"), holds=True),
        Example(None, (18.0, 35.0), holds=False),
    ),
)
