"""The day is later than the argument's day."""

from sqlglot import exp

from omniloom.segments.operator import Example, Kind, Operator, Takes

OPERATOR = Operator(
    title="is after {}",
    title_ru="позже {}",
    kinds=(Kind.DATE,),
    takes=Takes.ONE,
    matches=lambda value, argument: value is not None and value > argument,
    sql=lambda column, argument: exp.GT(this=column, expression=argument),
    examples=(
        Example("2026-02-02", "2026-02-01", holds=True),
        Example("2026-02-01", "2026-02-01", holds=False),
        Example(None, "2026-02-01", holds=False),
    ),
)
