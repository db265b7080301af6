"""A person's messages in the logs: found by what was made of them, or by the digests of their identifiers."""

from collections.abc import Collection, Iterator

from omniloom import collect
from omniloom.core.event import read
from omniloom.identity import normalise, passed, tombstone
from omniloom.privacy.mention import stands_in
from omniloom.store import EventsTx, Log, Stores, query

_ROWS = 5_000
_POSITIONS = query(__file__, "positions")


def positions_of_people(events: EventsTx, people: list[int]) -> list[int]:
    """Where the messages lie that became events of people."""
    return [position for (position,) in events.tuples(_POSITIONS, people=people)]


def positions_with(stores: Stores, digests: Collection[str], salt: str, home_region: str) -> list[int]:
    """Messages of the log that carry an identifier with one of these digests, as far as every act has read it.

    What was not read yet may be somebody else's, too: identity decides, and notes it. Cost: the log is read once.
    """
    known: dict[tuple[str, str], bool] = {}
    found = []
    through = done_through(stores)
    for position, body in _bodies(stores.log):
        if position > through:
            break
        event = read(body)
        given = [*event.identifiers.items()]
        given += [(kind, event.previous_id) for kind in ("user_id", "anonymous_id") if event.previous_id]
        for pair in given:
            if pair not in known:
                value = normalise(*pair, home_region)
                known[pair] = isinstance(value, str) and tombstone.digest_of(salt, (pair[0], value)) in digests
            if known[pair]:
                found.append(position)
                break
    return found


def refused_with(stores: Stores, words: list[str]) -> list[int]:
    """Refused items on their way to the dead letters that name a person."""
    wanted = [*words, *(word.replace('"', '\\"') for word in words if '"' in word)]  # the raw item is a text in JSON
    sought = [(word, word.encode()) for word in wanted]
    return [
        position for position, body in _bodies(stores.refusals)
        if any(raw in body and stands_in(word, body.decode("utf-8", "replace")) for word, raw in sought)
    ]  # fmt: skip


def take_out(stores: Stores, positions: list[int]) -> int:
    """Take messages out of the log; how many. An engine may leave some until all acts are past them."""
    return stores.log.blank(positions, through=done_through(stores)) if positions else 0


def done_through(stores: Stores) -> int:
    """Up to where every act has read the log."""
    return min(passed(stores), collect.observed(stores))


def _bodies(log: Log) -> Iterator[tuple[int, bytes]]:
    after = 0
    while rows := log.read(after=after, rows_max=_ROWS):
        yield from rows
        after = rows[-1][0]
