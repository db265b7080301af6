"""The value equals one of the listed arguments."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is one of {}",
    title_ru="одно из {}",
    kinds=(
        Kind.TEXT,
        Kind.NUMBER,
    ),
    takes=Takes.MANY,
    matches=lambda value, argument: value is not None and value in argument,
    sql=lambda column, argument: exp.In(this=column, expressions=[argument]),
    examples=(
        Example("moscow", ("moscow", "kazan"), holds=True),
        Example("tver", ("moscow", "kazan"), holds=False),
        Example(2.0, (1.0, 2.0), holds=True),
        Example(None, ("moscow",), holds=False),
    ),
)
