"""The day is earlier than the argument's day."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is before {}",
    title_ru="раньше {}",
    kinds=(Kind.DATE,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value < argument,
    sql=lambda column, argument: exp.LT(this=column, expression=argument),
    examples=(
        Example("2026-01-31", "2026-02-01", holds=True),
        Example("2026-02-01", "2026-02-01", holds=False),
        Example(None, "2026-02-01", holds=False),
    ),
)
