"""The number is above the argument."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is greater than {}",
    title_ru="больше {}",
    kinds=(Kind.NUMBER,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value > argument,
    sql=lambda column, argument: exp.GT(this=column, expression=argument),
    examples=(
        Example(36.0, 35.0, holds=True),
        Example(35.0, 35.0, holds=False),
        Example(None, 35.0, holds=False),
    ),
)
