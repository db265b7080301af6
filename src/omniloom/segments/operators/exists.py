"""Whether there is a value at all: the one operator that a missing value can match."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is known: {}",
    title_ru="известно: {}",
    kinds=(Kind.PRESENCE,),
    takes=Takes.FLAG,
    matches=lambda value, argument: (value is not None) == argument,
    sql=lambda column, argument: exp.EQ(
        this=exp.Paren(this=exp.Not(this=exp.Is(this=column, expression=exp.Null()))), expression=argument
    ),
    examples=(
        Example("moscow", argument=True, holds=True),
        Example(None, argument=True, holds=False),
        Example(None, argument=False, holds=True),
        Example("moscow", argument=False, holds=False),
    ),
)
