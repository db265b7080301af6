"""What a form can offer: events that happened, their properties, and the values these have.

Only the newest events are looked at, so that a form opens at once whatever the history's size.
"""

from sqlglot import exp

from omniloom.core.clock import EPOCH
from omniloom.segments.comparison import (
    CONFIDENCE,
    EVENT,
    HOT_COLUMNS,
    PRODUCT,
    Params,
    product_column,
    property_text,
)
from omniloom.segments.operator import Kind
from omniloom.segments.parse import PRODUCT_FIELDS
from omniloom.segments.people import select
from omniloom.store import Stores, built, query

EVENTS_MAX = 2_000  # newest events looked at for the names of properties
POSITIONS_MAX = 200_000  # how far back from the newest event of a name its values are looked at
PRODUCT_PREFIX = "product."

_NAMES = query(__file__, "event_names")
_PROPERTIES = query(__file__, "event_properties")


def event_names(stores: Stores) -> list[tuple[str, int]]:
    """(event, how often) of everything people did, most frequent first."""
    with stores.events.read() as tx:
        return [(str(name), int(n)) for name, n in tx.tuples(_NAMES)]


def property_names(stores: Stores, event: str) -> list[str]:
    """The fields of an event a condition can ask for: columns first, then its properties, then ``product.…``."""
    with stores.events.read() as tx:
        rows = tx.tuples(_PROPERTIES, event=event, rows_max=EVENTS_MAX)
    own = [str(name) for name, _ in rows if name not in HOT_COLUMNS and name not in ("revenue", CONFIDENCE, "product")]
    return [*HOT_COLUMNS, "revenue", CONFIDENCE, *own, *(PRODUCT_PREFIX + field for field in PRODUCT_FIELDS)]


def property_values(
    stores: Stores, event: str, name: str, *, prefix: str = "", rows_max: int = 20
) -> list[tuple[str, int]]:
    """(value, how often) of one field of an event that begin with ``prefix``, most frequent first.

    Shapes: ``name`` as ``property_names`` gives it; ``product.…`` fields count products of the catalogue.
    """
    params = Params(now=EPOCH)
    values = _values(event, name, params)
    found, n = exp.column("value", "v"), exp.Count(this=exp.Star())
    rows = (
        select(found, exp.alias_(n, "n"), source=values.subquery("v"))
        .where(
            exp.Not(this=exp.Is(this=found.copy(), expression=exp.Null())),
            exp.StartsWith(this=found.copy(), expression=params.bind(prefix)),
        )
        .group_by(found.copy())
        .order_by(exp.Ordered(this=exp.column("n"), desc=True), exp.Ordered(this=found.copy()))
        .limit(params.bind(rows_max))
    )
    with stores.events.read() as tx:
        return [(str(v), int(count)) for v, count in tx.tuples(built("segments.values", rows), **params.values)]


def _values(event: str, name: str, params: Params) -> exp.Select:
    """One row per event (or product) with its value of the field."""
    field = name.removeprefix(PRODUCT_PREFIX)
    if name.startswith(PRODUCT_PREFIX) and field in PRODUCT_FIELDS:
        catalogue = exp.alias_(exp.to_table("catalog_product"), PRODUCT, table=True)
        return select(exp.alias_(product_column(field, Kind.TEXT), "value"), source=catalogue)
    column = exp.column(name, EVENT) if name in HOT_COLUMNS else property_text(name, params)
    position = exp.column("position", EVENT)
    newest = _events(event, params).select(exp.Max(this=position)).subquery()
    oldest = exp.Sub(this=newest, expression=params.bind(POSITIONS_MAX))
    recent = exp.GT(this=position.copy(), expression=oldest)
    return _events(event, params).select(exp.alias_(column, "value")).where(recent)


def _events(event: str, params: Params) -> exp.Select:
    history = exp.alias_(exp.to_table("identity_history"), EVENT, table=True)
    is_event = exp.EQ(this=exp.column("name", EVENT), expression=params.bind(event))
    return exp.Select().from_(history).where(is_event)
