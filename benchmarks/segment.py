"""A segment's live count, compiled from its definition, against the question in hand-written SQL on bare tables."""

from benchmarks.timing import in_turn
from benchmarks.year import opened
from omniloom import segments
from omniloom.cli.demo.source import read_yaml
from omniloom.store.sql import parse_events

BY_HAND = parse_events(
    "bench.by_hand",
    """
select count(*) from (
    select person_id from identity_event
    where name = 'Order Completed' and occurred_at >= cast(:now as timestamp) - interval 365 day
    group by person_id having sum(revenue_minor) >= 80000
    except
    select person_id from identity_event
    where name = 'Order Completed' and occurred_at >= cast(:now as timestamp) - interval 14 day
)""",
)


def run() -> None:
    definition = read_yaml("campaign.yaml")["segment"]["definition"]
    with opened() as platform:
        now = platform.now()

        def by_hand() -> int:
            with platform.stores.events.read() as tx:
                return int(tx.tuples(BY_HAND, now=now)[0][0])

        def compiled() -> int:
            return segments.count(platform.stores, definition, now=now)

        print(f"people: compiled {compiled():,}, by hand {by_hand():,}")
        ours, ceiling = in_turn(compiled, by_hand)
    print(f"count of a two-condition segment: {ours:.1f} ms; by hand {ceiling:.1f} ms; ratio {ours / ceiling:.2f}")
