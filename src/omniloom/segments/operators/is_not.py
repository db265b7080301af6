"""There is a value, and it is another one; use ``not`` around ``is`` to include people without a value."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is not {}",
    title_ru="не равно {}",
    kinds=(
        Kind.TEXT,
        Kind.NUMBER,
    ),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value != argument,
    sql=lambda column, argument: exp.NEQ(this=column, expression=argument),
    examples=(
        Example("kazan", "moscow", holds=True),
        Example("moscow", "moscow", holds=False),
        Example(36.0, 35.0, holds=True),
        Example(None, "moscow", holds=False),
    ),
)
