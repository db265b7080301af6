"""The text ends with the argument."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="ends with {}",
    title_ru="заканчивается на {}",
    kinds=(Kind.TEXT,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value.endswith(argument),
    sql=lambda column, argument: exp.EndsWith(this=column, expression=argument),
    examples=(
        Example("moscow", "cow", holds=True),
        Example("moscow", "mos", holds=False),
        Example(None, "cow", holds=False),
    ),
)
