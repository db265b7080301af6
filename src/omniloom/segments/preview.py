"""How many people a definition holds now, and who some of them are, without keeping anything."""

import functools
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlglot import exp

from omniloom.core.clock import EPOCH
from omniloom.segments.compiler import Compiled, compile_people
from omniloom.segments.definition import Condition
from omniloom.segments.parse import parse
from omniloom.segments.people import person_id, select
from omniloom.segments.segment import conditions, segments
from omniloom.segments.traits import check_traits
from omniloom.store import Stores, built

_TREES_KEPT = 500
Definition = dict[str, Any] | str | Condition


def check(stores: Stores, definition: Definition) -> Condition:
    """The tree of a definition that can be computed here.

    Errors: Invalid with the place: a fault of form, a trait that nobody has, an unknown segment, a circle.
    """
    condition = parse(definition) if isinstance(definition, (dict, str)) else definition
    check_traits(stores, condition)
    conditions(condition, segments(stores))
    return condition


def count(stores: Stores, definition: Definition, *, now: datetime) -> int:
    """How many people meet a definition. Errors: as ``check``."""
    compiled = people(stores, check(stores, definition), now=now)
    total = select(exp.Count(this=exp.Star()), source=compiled.tree.subquery("people"))
    with stores.events.read() as tx:
        return int(tx.tuples(built("segments.count", total), **compiled.params)[0][0])


def sample(stores: Stores, definition: Definition, *, now: datetime, rows_max: int = 20) -> list[int]:
    """Some people who meet a definition: always the same ones, those known longest. Errors: as ``check``."""
    compiled = people(stores, check(stores, definition), now=now)
    first = select(person_id(), source=compiled.tree.subquery("people"))
    first = first.order_by(person_id()).limit(exp.Placeholder(this="rows_max"))
    with stores.events.read() as tx:
        found = tx.tuples(built("segments.sample", first), **compiled.params, rows_max=rows_max)
    return [int(row[0]) for row in found]


def people(stores: Stores, condition: Condition, *, now: datetime, is_among_staged: bool = False) -> Compiled:
    """The query of a condition, with the segments it names read from the store. Errors: Invalid for a circle.

    The tree is the same object whenever the same is asked, so that its text is made and kept once; it is not changed.
    """
    named = conditions(condition, segments(stores))
    compiled = compile_people(condition, now=now, segments=named, is_among_staged=is_among_staged)
    tree = _tree(condition, frozenset(named.items()), tuple(compiled.params), is_among_staged=is_among_staged)
    return replace(compiled, tree=tree)


@functools.lru_cache(_TREES_KEPT)
def _tree(
    condition: Condition, named: frozenset[tuple[str, Condition]], _params: tuple[str, ...], *, is_among_staged: bool
) -> exp.Select:
    """The tree of a condition: the present instant is one of its values, and nowhere else in it."""
    return compile_people(condition, now=EPOCH, segments=dict(named), is_among_staged=is_among_staged).tree
