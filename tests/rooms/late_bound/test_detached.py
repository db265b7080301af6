"""Late-bound history with identifiers detached meanwhile: everything told is still as if computed from scratch."""

import random
from pathlib import Path

import pytest
from tests.engines import EMBEDDED, chosen
from tests.rooms.late_bound.living import NOW, Living
from tests.rooms.late_bound.scratch import from_scratch
from tests.rooms.late_bound.test_late_bound import differing, told

from omniloom import identity
from omniloom.core.errors import Conflict
from omniloom.core.ids import SeededIds
from omniloom.store import Stores
from omniloom.store.sql import parse_state

ROOTS = parse_state("test.roots", "select person_id, root_id from identity_person order by person_id")
IDENTIFIERS = parse_state(
    "test.identifiers", "select kind, value, person_id from identity_identifier order by kind, value"
)

pytestmark = [pytest.mark.timeout(300), *([] if chosen() == EMBEDDED else [pytest.mark.soak])]  # half a minute there


def roots_of(stores: Stores) -> dict[int, int]:
    with stores.state.read() as tx:
        return dict(tx.tuples(ROOTS))


def detach_some(stores: Stores, dice: random.Random, count: int) -> dict[bool, int]:
    """Detach identifiers; how many of them took their history along, and how many did not."""
    found = {True: 0, False: 0}
    with stores.state.read() as tx:
        chosen = dice.sample(tx.tuples(IDENTIFIERS), count)
    for number, (kind, value, person_id) in enumerate(chosen):
        try:
            done = identity.detach(stores, person_id, (kind, value), by="olga", now=NOW, ids=SeededIds(10**6 + number))
        except Conflict:  # they are known by nothing else
            continue
        found[done.takes_history] += 1
        assert identity.find(stores, value, "RU") == [done.own_id]
    return found


def test_what_is_told_after_identifiers_were_detached_is_as_from_scratch(stores: Stores, tmp_path: Path) -> None:
    living = Living(stores, customers=40, seed=7)
    living.happen(300)
    living.decide(60, merging=0.8)
    living.show_cards(20)
    living.decide(30, merging=0.2)
    living.catch_up()
    before = set(roots_of(stores))
    found = detach_some(stores, random.Random(5), 40)
    assert min(found.values()) > 0
    living.happen(150)
    living.catch_up()
    roots = roots_of(stores)
    assert set(roots) - before, "some are a person of their own since"
    people = sorted(set(roots.values()))
    some = [root for root in people if root not in before][:3] + people[:3]
    scratch = from_scratch(stores, roots, tmp_path / "scratch")
    try:
        assert differing(told(stores, people, some), told(scratch, people, some)) == {}
    finally:
        scratch.close()
