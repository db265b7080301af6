"""Opening a customer's card (person and first page of the timeline) against the bare read of his newest events."""

import itertools

from benchmarks.timing import in_turn
from benchmarks.year import opened
from omniloom import profiles
from omniloom.store.sql import parse_events

BARE = parse_events(
    "bench.bare", "select * from identity_event where person_id = :person_id order by occurred_at desc limit 50"
)
EVERYBODY = parse_events("bench.everybody", "select distinct person_id from identity_event order by person_id")


def run() -> None:
    with opened() as platform:
        stores = platform.stores
        with stores.events.read() as tx:
            people = [row[0] for row in tx.tuples(EVERYBODY)]
        ours_of, bare_of = itertools.cycle(people[::37]), itertools.cycle(people[::37])

        def card() -> None:
            person_id = next(ours_of)
            profiles.person(stores, person_id)
            profiles.timeline(stores, person_id, before=None, rows_max=50)

        def bare() -> None:
            with stores.events.read() as tx:
                tx.tuples(BARE, person_id=next(bare_of))

        ours, ceiling = in_turn(card, bare)
    print(f"a customer's card: {ours:.1f} ms; bare read {ceiling:.1f} ms; ratio {ours / ceiling:.1f}")
