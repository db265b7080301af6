"""How long what is kept: rules by table or kind of data, tried before they are carried out, then done in pieces.

A rule names a table, or a kind of which several tables are; the table's own rule counts first, then its kind's, then
what the holding declares. The consent ledger and what erasure keeps have no rules: the law asks for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from omniloom.core.errors import Invalid
from omniloom.privacy.holdings import HOLDINGS
from omniloom.store import Holding, Progress, Query, StateTx, Stores, built, query

DAYS_MIN = 1
STEP = timedelta(days=7)  # of history that one transaction deletes
_ROWS = 5_000
_RULES = query(__file__, "rules")
_SET = query(__file__, "set_rule")
_DROP = query(__file__, "drop_rule")
_CURSOR = "privacy.retain"


@dataclass(frozen=True, slots=True)
class Rule:
    """For how many days a table's rows are kept, and what says so: the table, its kind or the holding.

    ``purpose``: what the table is for, as its holding says.
    """

    store: str
    table: str
    kind: str
    days: int | None
    said_by: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule would delete now."""

    table: str
    days: int
    before: datetime
    rows: int


def aging() -> list[Holding]:
    """Tables that a rule can be made for."""
    return [each for each in HOLDINGS if each.aged_by and not each.guard]


def rules(stores: Stores) -> list[Rule]:
    """What is in force, table by table."""
    with stores.state.read() as tx:
        return _rules(tx)


def set_rule(stores: Stores, subject: str, days: int | None, *, by: str, now: datetime) -> None:
    """Keep a table's or kind's rows so many days from now on; None: as declared. Errors: Invalid."""
    known = {each.table for each in aging()} | {each.kind for each in aging()}
    if subject not in known:
        raise Invalid(
            f"there is no table or kind {subject!r} that ages", hint=", ".join(sorted(known)), field="subject"
        )
    if days is not None and days < DAYS_MIN:
        raise Invalid("rows are kept a day at least", hint="give whole days", field="days")
    with stores.state.write() as tx:
        if days is None:
            tx.run(_DROP, subject=subject)
        else:
            tx.run(_SET, subject=subject, days=days, now=now, by=by)
        tx.move_cursor(_CURSOR, 0)


def due(stores: Stores, *, now: datetime) -> list[Due]:
    """The dry run: what would be deleted now, by table."""
    found = []
    for holding, rule in _in_force(stores):
        before = now - timedelta(days=rule.days or 0)
        store = stores.state if holding.store == "state" else stores.events
        with store.read() as tx:
            row = tx.one(_counted(holding), before=before) or {}
        found.append(Due(rule.table, rule.days or 0, before, int(next(iter(row.values()), 0))))
    return found


def retain(stores: Stores, *, now: datetime) -> Progress:
    """Delete what is over its time, a piece of each table a call; once a day when nothing is left."""
    today = now.toordinal()
    with stores.state.read() as tx:
        if tx.cursor(_CURSOR) >= today:
            return Progress(0, is_done=True)
    rows = sum(_delete(stores, holding, now - timedelta(days=rule.days or 0)) for holding, rule in _in_force(stores))
    if not rows:
        with stores.state.write() as tx:
            tx.move_cursor(_CURSOR, today)
    return Progress(rows, is_done=not rows)


def _in_force(stores: Stores) -> list[tuple[Holding, Rule]]:
    by_table = {(each.store, each.table): each for each in aging()}
    return [(by_table[rule.store, rule.table], rule) for rule in rules(stores) if rule.days is not None]


def _rules(tx: StateTx) -> list[Rule]:
    said = {subject: int(days) for subject, days in tx.tuples(_RULES)}
    found = []
    for holding in aging():
        by = next((name for name in (holding.table, holding.kind) if name in said), "")
        days = said[by] if by else holding.days
        found.append(Rule(holding.store, holding.table, holding.kind, days, by or "declared", holding.purpose))
    return found


def _delete(stores: Stores, holding: Holding, before: datetime) -> int:
    """One piece: of the events store a stretch of time, of the state store some rows."""
    if holding.store == "state":
        with stores.state.write() as tx:
            return tx.run(_oldest(holding), before=before, rows_max=_ROWS)
    with stores.events.read() as events:
        first = next(iter((events.one(_first(holding), before=before) or {}).values()), None)
    if first is None:
        return 0
    upto = min(before, first + STEP)
    with stores.events.write() as write:
        row = write.one(_counted(holding), before=upto) or {}
        write.run(_aged(holding), before=upto)
    return int(next(iter(row.values()), 0))


def _old(holding: Holding) -> exp.Expression:
    return exp.LT(this=exp.column(holding.aged_by), expression=exp.Placeholder(this="before"))


def _counted(holding: Holding) -> Query:
    return built(f"privacy.aged_{holding.table}", exp.select("count(*)").from_(holding.table).where(_old(holding)))


def _first(holding: Holding) -> Query:
    oldest = exp.Min(this=exp.column(holding.aged_by))
    return built(f"privacy.oldest_{holding.table}", exp.select(oldest).from_(holding.table).where(_old(holding)))


def _aged(holding: Holding) -> Query:
    return built(f"privacy.age_{holding.table}", exp.delete(holding.table).where(_old(holding)))


def _oldest(holding: Holding) -> Query:
    """Some of the rows over their time: as many instants as there are rows allowed."""
    at = exp.column(holding.aged_by)
    some = exp.select(at.copy()).from_(holding.table).where(_old(holding)).order_by(at.copy())
    some = some.limit(exp.Placeholder(this="rows_max"))
    tree = exp.delete(holding.table).where(exp.In(this=at, query=some.subquery()))
    return built(f"privacy.age_{holding.table}", tree)
