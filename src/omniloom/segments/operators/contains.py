"""The argument stands somewhere in the text."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="contains {}",
    title_ru="содержит {}",
    kinds=(Kind.TEXT,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and argument in value,
    sql=lambda column, argument: exp.GT(
        this=exp.StrPosition(this=column, substr=argument), expression=exp.Literal.number(0)
    ),
    examples=(
        Example("nizhny novgorod", "nov", holds=True),
        Example("moscow", "nov", holds=False),
        Example(None, "nov", holds=False),
    ),
)
