"""The number is the argument or above it."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is at least {}",
    title_ru="не меньше {}",
    kinds=(Kind.NUMBER,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value >= argument,
    sql=lambda column, argument: exp.GTE(this=column, expression=argument),
    examples=(
        Example(35.0, 35.0, holds=True),
        Example(34.9, 35.0, holds=False),
        Example(None, 35.0, holds=False),
    ),
)
