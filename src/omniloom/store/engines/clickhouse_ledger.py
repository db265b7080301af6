"""Transactions on ClickHouse, which has none: a ledger of batches, and one writer at a time.

A batch begins with a row in ``store_ledger``; the number ClickHouse gives that row (``_block_number``) is the batch and
the writer's place in the queue. Rows it writes carry the batch and are shown to nobody until one last row, one atomic
insert, says that the batch counts and where the cursors stand. What a stopped writer left is void: nobody shows it, and
the next writer sweeps it away before it begins. See docs/decisions for the proof and for what is weaker than DuckDB.
"""

import os
import socket
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omniloom.core.errors import Unavailable
from omniloom.store.engines.clickhouse_link import Link
from omniloom.store.engines.clickhouse_schema import GONE, settings

LEASE_S = 300.0  # a writer elsewhere that said nothing for this long is taken for dead
KEPT_S = 60.0  # readers may look at a snapshot this long; then deleted rows are swept away
TAKEN_S = 3600.0  # a writer that was taken for dead may still write for this long; its batch stays void
LEDGER_ROWS = 400  # tidy the ledger beyond this
GONE_ROWS = 20_000  # sweep deleted rows away beyond this
_TURN_S = 0.02

_READ = """
select ticket, step, if(step = 'begun', _block_number, batch), holder, cursors, gone,
    dateDiff('millisecond', at, now64(3)) / 1000
from store_ledger order by _block_number
"""
_WRITE = """
insert into store_ledger (ticket, step, batch, holder, cursors, gone) select {ticket:String}, {step:String},
    {batch:UInt64}, {holder:String}, mapFromArrays({names:Array(String)}, {positions:Array(Int64)}),
    mapFromArrays({tables:Array(String)}, {counts:Array(UInt64)})
"""

_here: set[str] = set()  # the ledgers that are open in this process


@dataclass(slots=True)
class Batch:
    """One writer's batch: its ticket, number, who holds it, and for how long it has said nothing."""

    ticket: str
    number: int
    holder: str
    silent_s: float


@dataclass(slots=True)
class Void:
    """A batch that never counts: whose it was, whether its rows are swept away; ``taken_s`` ago by someone else."""

    ticket: str
    is_swept: bool = False
    taken_s: float | None = None


@dataclass(slots=True)
class Standing:
    """What the ledger says: the last batch that counts with the cursors and deleted rows, and who is writing."""

    number: int = 0
    cursors: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    writing: dict[str, Batch] = field(default_factory=dict)
    void: dict[int, Void] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)  # tickets whose batches count
    kept: int = 0  # the last batch that every snapshot still in use may see
    finished: list[str] = field(default_factory=list)  # tickets the ledger may forget
    rows: int = 0


class Ledger:
    """The ledger of one database, as one holder sees it."""

    def __init__(self, link: Link, *, is_durable: bool) -> None:
        columns = "ticket String, step LowCardinality(String), batch UInt64, holder String, cursors Map(String, Int64)"
        columns += ", gone Map(String, UInt64), at DateTime64(3, 'UTC') default now64(3)"
        kept = f"settings enable_block_number_column = 1, {settings(is_durable=is_durable)}"
        link.run(f"create table if not exists store_ledger ({columns}) engine = MergeTree order by tuple() {kept}")
        self._token = str(link.rows("select toString(generateUUIDv4())")[1][0][0])
        self.holder = f"{socket.gethostname()} {os.getpid()} {self._token}"
        self._tickets = 0
        _here.add(self._token)

    def close(self) -> None:
        """Whatever this holder left is void from now on."""
        _here.discard(self._token)

    def standing(self, link: Link) -> Standing:
        """What counts now."""
        return _read(link.rows(_READ)[1])

    def begin(self, link: Link, tables: Iterable[str]) -> tuple[Batch, Standing]:
        """Wait for the turn to write, then sweep away what stopped writers left.

        Errors: Unavailable if another writer took this one for dead.
        """
        self._tickets += 1
        ticket = f"{self._token} {self._tickets}"
        self._note(link, ticket, "begun")
        while True:
            standing = self.standing(link)
            mine = standing.writing.get(ticket)
            if mine is None:
                raise Unavailable("another writer took this one for dead", hint="try again")
            before = [batch for batch in standing.writing.values() if batch.number < mine.number]
            dead = [batch for batch in before if self._is_dead(batch)]
            for batch in dead:
                self._note(link, batch.ticket, "void", batch=batch.number)
            if not before:
                break
            if not dead:
                threading.Event().wait(_TURN_S)
        for number, void in list(standing.void.items()):
            if not void.is_swept:
                self._sweep(link, number, void.ticket, tables)
        return mine, standing

    def commit(self, link: Link, batch: Batch, standing: Standing, *, is_sure: bool) -> None:
        """Make the batch count, with the cursors and deleted rows of ``standing``.

        ``is_sure``: it said so lately that it is alive that nobody can have made it void.

        Errors: Unavailable if another writer made it void.
        """
        self._note(link, batch.ticket, "counts", batch=batch.number, standing=standing)
        if not is_sure and batch.ticket not in self.standing(link).counted:
            raise Unavailable("another writer took this one for dead", hint="try again")

    def cancel(self, link: Link, batch: Batch, tables: Iterable[str]) -> bool:
        """Give the turn on; whether the batch is undone. It is not if it counts already, though nobody heard so."""
        touched = list(tables)
        if touched:
            self._note(link, batch.ticket, "void", batch=batch.number)
            if batch.ticket in self.standing(link).counted:
                return False
        self._sweep(link, batch.number, batch.ticket, touched)
        return True

    def say_alive(self, link: Link, batch: Batch) -> None:
        """Tell those who wait that this writer goes on. Errors: Unavailable if it is too late."""
        self._note(link, batch.ticket, "alive", batch=batch.number)
        if batch.ticket not in self.standing(link).writing:
            raise Unavailable("another writer took this one for dead", hint="try again")

    def _sweep(self, link: Link, number: int, ticket: str, tables: Iterable[str]) -> None:
        """Delete the rows of a void batch, then note that they are gone."""
        for table in tables:
            if link.rows(f"select 1 from {table} where _batch = {{batch:UInt64}} limit 1", {"batch": number})[1]:  # noqa: S608 - a table of ours
                link.run(f"delete from {table} where _batch = {{batch:UInt64}}", {"batch": number})  # noqa: S608 - as above
        self._note(link, ticket, "swept", batch=number)

    def _is_dead(self, batch: Batch) -> bool:
        """Left by this very holder, by a process of this machine that is gone, or silent for too long."""
        host, pid, token = batch.holder.split(" ")
        if token == self._token:
            return True
        if host == socket.gethostname():
            if int(pid) == os.getpid():
                return token not in _here
            if not os.path.exists(f"/proc/{pid}"):  # noqa: PTH110 - not a file
                return True
        return batch.silent_s > LEASE_S

    def _note(self, link: Link, ticket: str, step: str, *, batch: int = 0, standing: Standing | None = None) -> None:
        said: dict[str, Any] = {"ticket": ticket, "step": step, "batch": batch, "holder": self.holder}
        cursors, gone = (standing.cursors, standing.gone) if standing else ({}, {})
        said |= {"names": list(cursors), "positions": list(cursors.values())}
        said |= {"tables": list(gone), "counts": list(gone.values())}
        link.run(_WRITE, said)


def tidy(link: Link, standing: Standing, addresses: Mapping[str, str]) -> None:
    """Sweep away rows that no snapshot in use shows any more, and forget tickets that are over; the writer's turn."""
    kept = {"batch": standing.kept}
    for table, rows in standing.gone.items():
        if rows:
            old = f"select gone_batch, gone_row from {GONE} where table_name = '{table}' and _batch <= {{batch:UInt64}}"  # noqa: S608 - a table of ours
            link.run(f"delete from {table} where (_batch, toUInt64({addresses[table]})) in ({old})", kept)  # noqa: S608 - as above
    link.run(f"delete from {GONE} where _batch <= {{batch:UInt64}}", kept)  # noqa: S608 - as above
    left = link.rows(f"select table_name, count() from {GONE} group by table_name")[1]  # noqa: S608 - as above
    standing.gone = {table: int(rows) for table, rows in left}
    over = {"tickets": standing.finished}
    link.run("delete from store_ledger where ticket in {tickets:Array(String)}", over)


def _read(rows: list[tuple[Any, ...]]) -> Standing:
    """The ledger's rows in order. What is void before it counted never counts, and the other way round."""
    standing = Standing(rows=len(rows))
    old: list[str] = []
    for ticket, step, number, holder, cursors, gone, age_s in rows:
        batch = standing.writing.get(ticket)
        if step == "begun":
            standing.writing[ticket] = Batch(ticket, int(number), holder, age_s)
        elif step == "swept":
            _swept(standing, int(number), ticket, age_s)
        elif batch is None:
            continue
        elif step == "alive":
            batch.silent_s = age_s
        elif step == "void":
            taken_s = None if batch.holder == holder else age_s
            standing.void[batch.number] = Void(ticket, taken_s=taken_s)
            del standing.writing[ticket]
        else:
            standing.number, standing.cursors, standing.gone = batch.number, dict(cursors), dict(gone)
            del standing.writing[ticket]
            standing.counted.add(ticket)
            if age_s >= KEPT_S:
                standing.kept = batch.number
                old.append(ticket)
    standing.finished += old[:-1]
    return standing


def _swept(standing: Standing, number: int, ticket: str, age_s: float) -> None:
    """The batch may be forgotten, unless its writer may come back: then it stays void, and is swept again at last."""
    void = standing.void.get(number)
    if void is not None and void.taken_s is not None and void.taken_s - age_s < TAKEN_S:
        void.is_swept = void.taken_s < TAKEN_S
        return
    standing.void.pop(number, None)
    if standing.writing.pop(ticket, None) or void:
        standing.finished.append(ticket)
