"""The number is the argument or below it."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is at most {}",
    title_ru="не больше {}",
    kinds=(Kind.NUMBER,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value <= argument,
    sql=lambda column, argument: exp.LTE(this=column, expression=argument),
    examples=(
        Example(35.0, 35.0, holds=True),
        Example(35.1, 35.0, holds=False),
        Example(None, 35.0, holds=False),
    ),
)
