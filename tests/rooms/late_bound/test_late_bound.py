"""Late-bound history: however people were merged and parted, everything told of them is as if computed from scratch.

10,000 decisions by hand, with events, wishes and messages coming in between. Beside the living installation stands one
where nobody was ever merged (scratch.py); what is told of both is held equal, report by report. In the end every merge
is taken back, and it is as if there had been none.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen
from tests.rooms.late_bound.living import CAMPAIGNS, REGION, Living
from tests.rooms.late_bound.reports import of_everybody, of_one, why
from tests.rooms.late_bound.scratch import from_scratch

from omniloom import messaging, profiles
from omniloom.store import Stores
from omniloom.store.sql import parse_state

CUSTOMERS = 80
LOOKED_AT = 6 if chosen() == EMBEDDED else 4  # people whose page is read each time
OFTEN, SELDOM = 0.6, 0.45  # how often a decision is a merge
DECISIONS = 10_000
DAILY = DECISIONS if chosen() == EMBEDDED else 1_000  # a server's transactions cost more
ROUNDS = 2 if chosen() == EMBEDDED else 1
EVENTS = 160 // ROUNDS  # that come in between two rounds of the loop
SENDS = parse_state("test.sends", "select send_id, campaign_id, person_id, state from messaging_send order by send_id")

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def living(stores: Stores) -> Living:
    made = Living(stores, customers=CUSTOMERS, seed=11)
    made.happen(800)
    everybody = sorted(made.people.values())
    for number, campaign in enumerate(CAMPAIGNS):
        made.send(campaign, everybody[number::2])
    return made


def looked_at(living: Living) -> list[int]:
    """Those who are most people in one, and some of the others."""
    size: dict[int, int] = {}
    for root in living.roots().values():
        size[root] = size.get(root, 0) + 1
    ordered = sorted(size, key=lambda root: (-size[root], root))
    return ordered[: LOOKED_AT // 2] + ordered[LOOKED_AT // 2 :: max(1, len(ordered) // (LOOKED_AT // 2))]


def told(stores: Stores, people: list[int], some: list[int]) -> dict[str, Any]:
    found = of_everybody(stores, people)
    for person_id in some:
        found |= {f"{name} of {person_id}": one for name, one in of_one(stores, person_id).items()}
    found["why"] = [why(stores, person_id) for person_id in some[1:2]]
    return found


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    assert one.keys() == other.keys()
    return {name: (one[name], other[name]) for name in one if repr(one[name]) != repr(other[name])}


def check_sends(living: Living) -> None:
    """Messages stay with whom they were planned for: the lists are joined by who people are by now."""
    roots = living.roots()
    with living.stores.state.read() as tx:
        sends = tx.tuples(SENDS)
    mine: dict[int, set[str]] = {root: set() for root in roots.values()}
    for send_id, _, person_id, _ in sends:
        mine[roots[person_id]].add(send_id)
    for person_id, root in roots.items():
        assert {view.send_id for view in messaging.sends_of(living.stores, person_id)} == mine[root]
    for campaign in CAMPAIGNS:
        found = messaging.recipients(living.stores, campaign, rows_max=10_000)
        expected = [(roots[person], state) for _, one, person, state in sends if one == campaign]
        assert sorted((view.person_id, view.state) for view in found) == sorted(expected)


def check(living: Living, folder: Path) -> None:
    roots = living.roots()
    people, some = sorted(set(roots.values())), looked_at(living)
    scratch = from_scratch(living.stores, roots, folder)
    try:
        assert differing(told(living.stores, people, some), told(scratch, people, some)) == {}
    finally:
        scratch.close()
    for person_id, root in list(roots.items())[:40]:
        assert profiles.whole(living.stores, person_id, home_region=REGION).person_id == root
    check_sends(living)


def decide(living: Living, count: int, merging: float, meanwhile: int = 0) -> None:
    """With so many events in between, and the loop brought up to them."""
    for _ in range(ROUNDS):
        living.decide(count // ROUNDS, merging=merging)
        living.happen(meanwhile)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    return (tmp_path / f"scratch{number}" for number in range(100))


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=[pytest.mark.soak, pytest.mark.timeout(3_500)])])
def test_after_ten_thousand_merges_and_unmerges_everything_is_as_from_scratch(
    living: Living, folders: Iterator[Path], is_whole: bool
) -> None:
    """10,000 decisions; 1,000 on a server, 10,000 there too in `make soak`, which also compares more often."""
    quarter = (DECISIONS if is_whole else DAILY) // 4
    is_often = is_whole or chosen() == EMBEDDED  # a server's answers cost ten times as much: there once a day
    if is_whole:
        people = sorted(living.people.values())
        before = told(living.stores, people, people[:LOOKED_AT])
        decide(living, quarter, OFTEN)
        check(living, next(folders))
        decide(living, quarter, SELDOM)
        living.part_all()
        living.catch_up()
        assert differing(before, told(living.stores, people, people[:LOOKED_AT])) == {}
    decide(living, (1 if is_whole else 3) * quarter, OFTEN, EVENTS)
    if is_often:
        check(living, next(folders))
    decide(living, quarter, SELDOM, EVENTS)
    if is_whole or not is_often:
        check(living, next(folders))
    living.part_all()
    living.catch_up()
    if is_often:
        check(living, next(folders))
    assert living.refused > 0
