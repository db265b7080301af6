"""Why a person is in a segment or not: every condition with whether it holds and what was seen (F24).

The verdict of each condition comes from the very query the segment uses; what was seen is looked up beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from omniloom.segments.comparison import EVENT
from omniloom.segments.compiler import Compiled, Compiler, said_at
from omniloom.segments.definition import AllOf, AnyOf, Condition, ConsentIs, Did, InSegment, Not, TraitHas
from omniloom.segments.people import person_id, select
from omniloom.segments.preview import Definition, check
from omniloom.segments.segment import Segment, conditions, segments
from omniloom.store import EventsTx, Row, Stores, built, query

_ROOT = query(__file__, "root")
_TRAIT = query(__file__, "trait_of")


@dataclass(frozen=True, slots=True)
class Explained:
    """One condition for one person: its place, whether it holds, what was seen (values by name), and its parts."""

    path: str
    condition: Condition
    holds: bool
    observed: dict[str, Any]
    parts: tuple["Explained", ...] = ()


def explain(stores: Stores, definition: Definition | Segment, person_id: int, *, now: datetime) -> Explained:
    """The conditions of a definition or a kept segment as they are for one person, whichever id of theirs is given.

    Errors: as ``check``.
    Cost:   two queries per condition, each filtered to the person.
    """
    condition = check(stores, definition.definition if isinstance(definition, Segment) else definition)
    known = conditions(condition, segments(stores))
    with stores.events.read() as tx:
        merged = tx.one(_ROOT, person_id=person_id)
        witness = _Witness(tx, known, merged["root_id"] if merged else person_id, now)
        return witness.explained(condition, "")


class _Witness:
    """Looks at one person in one snapshot."""

    def __init__(self, tx: EventsTx, known: dict[str, Condition], person_id: int, now: datetime) -> None:
        self._tx = tx
        self._known = known
        self._person_id = person_id
        self._now = now

    def explained(self, condition: Condition, path: str) -> Explained:
        parts: tuple[Explained, ...] = ()
        observed: dict[str, Any] = {}
        match condition:
            case AllOf(inner) | AnyOf(inner):
                word = "all" if isinstance(condition, AllOf) else "any"
                parts = tuple(self.explained(c, _under(path, f"{word}[{i}]")) for i, c in enumerate(inner))
            case Not(part):
                parts = (self.explained(part, _under(path, "not")),)
            case InSegment(word):
                parts = (self.explained(self._known[word], _under(path, "segment")),)
            case TraitHas(key):
                observed = self._tx.one(_TRAIT, person_id=self._person_id, key=key) or {}
            case Did():
                observed = self._did(condition)
            case ConsentIs():
                observed = self._consent(condition)
        return Explained(path, condition, self._holds(condition), observed, parts)

    def _holds(self, condition: Condition) -> bool:
        compiler = Compiler(self._now, self._known)
        people = compiler.people(condition)
        listed = self._ask(compiler.finish(people.query), person_id("people"), name="holds")
        return bool(listed) != people.is_complement

    def _did(self, did: Did) -> dict[str, Any]:
        """How often, when last, and the sum in question (minor units for money)."""
        compiler = Compiler(self._now, self._known)
        seen = [
            exp.alias_(exp.Count(this=exp.Star()), "count"),
            exp.alias_(exp.Max(this=exp.column("occurred_at", EVENT)), "last_at"),
        ]
        observed = self._one(compiler, compiler.events(did).select(*seen))
        if did.total is not None:
            compiler = Compiler(self._now, self._known)
            rows = compiler.by_total(did, did.total).select(exp.alias_(exp.Sum(this=compiler.summed(did.total)), "sum"))
            observed |= self._one(compiler, rows)
        return observed

    def _consent(self, consent: ConsentIs) -> dict[str, Any]:
        """The person's last word: which event, on which channel, when."""
        compiler = Compiler(self._now, self._known)
        at = exp.alias_(said_at(), "occurred_at")
        rows = compiler.consent_events(consent).select(exp.column("name", EVENT), exp.column("channel", EVENT), at)
        latest = rows.order_by(exp.Ordered(this=said_at(), desc=True),
                               exp.Ordered(this=exp.column("message_id", EVENT), desc=True)).limit(1)  # fmt: skip
        return self._one(compiler, latest)

    def _one(self, compiler: Compiler, rows: exp.Select) -> Row:
        """The one row of a query about events, for this person alone."""
        mine = rows.where(exp.EQ(this=person_id(EVENT), expression=compiler.params.bind(self._person_id)))
        return self._tx.one(built("segments.observed", mine), **compiler.params.values) or {}

    def _ask(self, compiled: Compiled, column: exp.Column, *, name: str) -> list[tuple[Any, ...]]:
        mine = select(column, source=compiled.tree.subquery("people")).where(
            exp.EQ(this=column.copy(), expression=exp.Placeholder(this="person_id"))
        )
        return self._tx.tuples(built(f"segments.{name}", mine), **compiled.params, person_id=self._person_id)


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
