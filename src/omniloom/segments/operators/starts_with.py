"""The text begins with the argument."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="starts with {}",
    title_ru="начинается с {}",
    kinds=(Kind.TEXT,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value.startswith(argument),
    sql=lambda column, argument: exp.StartsWith(this=column, expression=argument),
    examples=(
        Example("moscow", "mos", holds=True),
        Example("moscow", "cow", holds=False),
        Example(None, "mos", holds=False),
    ),
)
