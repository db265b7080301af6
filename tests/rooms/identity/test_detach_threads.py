"""Detaching while events come in and others merge and un-merge: the journal says who is who, and a replay agrees."""

import contextlib
import json
import random
import threading
from bisect import bisect_right
from pathlib import Path
from typing import Any

from tests.engines import open_test_stores
from tests.rooms.identity.test_unmerge import (
    IDENTIFIERS,
    any_event,
    check,
    decide,
    in_threads,
    join,
    journal,
    partition,
    resolve_all,
    same,
    send,
)

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import SeededIds
from omniloom.identity import DETACHED_RULE, detach, unmerge
from omniloom.store import Stores

from .conftest import NOW

THREADS, ROUNDS, IDS = 12, 3, 60


def take_any(stores: Stores, dice: random.Random, number: int) -> None:
    with stores.state.read() as tx:
        known = tx.tuples(IDENTIFIERS)
    if not known:
        return
    kind, value, person_id = dice.choice(sorted(known))
    with contextlib.suppress(Conflict, Missing):  # known by nothing else, shared, or somebody was quicker
        detach(stores, person_id, (kind, value), by="olga", now=NOW, ids=SeededIds(10**6 + number))


def by_hand(stores: Stores) -> list[tuple[int, int, str, dict[str, Any]]]:
    """What was decided by hand, in order: (version, position, act, line of the journal)."""
    found = []
    for row in journal(stores):
        line = row | {"evidence": json.loads(row["evidence"])}
        if line["rule"] == DETACHED_RULE:
            found.append((line["version"], line["position"], "detach", line))
            continue
        if line["rule"] == "manual":
            found.append((line["version"], line["position"], "merge", line))
        if line["undone_by"] == "olga":
            act = "take" if "taken" in line["evidence"] else "unmerge"
            found.append((line["undone_version"], line["undone_position"], act, line))
    return sorted(found, key=lambda one: one[0])


def again(stores: Stores, act: str, line: dict[str, Any]) -> None:
    number = line["version"]
    if act == "merge":
        join(stores, line["into_end"], line["from_end"], number)
    elif act == "detach":
        key = (line["joined_kind"], line["joined_value"])
        done = detach(stores, line["into_id"], key, by="olga", now=NOW, ids=SeededIds(number))
        assert (done.own_id, done.takes_history) == (line["from_id"], False)
    elif act == "take":
        (key,) = line["evidence"]["taken"].items()
        assert detach(stores, line["from_end"], key, by="olga", now=NOW, ids=SeededIds(number)).takes_history
    else:
        unmerge(stores, same(stores, line), by="olga", now=NOW)


def test_threads_that_detach_agree_with_the_journal_and_a_replay_gives_the_same_people(
    stores: Stores, tmp_path: Path
) -> None:
    stop = threading.Event()

    def work(thread: int) -> None:
        dice = random.Random(thread)
        for number in range(ROUNDS):
            base = (thread * ROUNDS + number) * 100
            send(stores, [any_event(dice, base + n, IDS) for n in range(dice.randrange(1, 20))])
            (decide if dice.random() < 0.4 else take_any)(stores, dice, base)

    def follow() -> None:
        while not stop.is_set():
            resolve_all(stores)

    worker = threading.Thread(target=follow)
    worker.start()
    in_threads(THREADS, work)
    stop.set()
    worker.join()
    resolve_all(stores)
    for number in range(10):  # whatever the threads came to, some are detached with nothing going on
        take_any(stores, random.Random(number), 10_000 + number)
    check(stores)
    other = open_test_stores(tmp_path / "again")
    bodies = stores.log.read(after=0, rows_max=100_000)
    sent = 0
    for _, position, act, line in by_hand(stores):
        until = bisect_right([at for at, _ in bodies], position)
        if until > sent:
            other.log.append([body for _, body in bodies[sent:until]])
            resolve_all(other, rows_max=37)
            sent = until
        again(other, act, line)
    other.log.append([body for _, body in bodies[sent:]])
    resolve_all(other, rows_max=37)
    check(other)
    assert partition(other) == partition(stores)
    other.close()
    assert {"detach", "take"} <= {act for _, _, act, _ in by_hand(stores)}
