"""The value equals the argument."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is {}",
    title_ru="равно {}",
    kinds=(
        Kind.TEXT,
        Kind.NUMBER,
    ),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value == argument,
    sql=lambda column, argument: exp.EQ(this=column, expression=argument),
    examples=(
        Example("moscow", "moscow", holds=True),
        Example("moscow", "mos", holds=False),
        Example(35.0, 35.0, holds=True),
        Example(None, "moscow", holds=False),
    ),
)
