"""Who can be reached: person by channel, whether marketing may and can get there, or the first thing that is missing.

The one definition of it, for every page, command and count: an address that is theirs alone, not on the stop list, a
consent in force towards whoever's name it goes in, and no silence asked for. Caps, quiet hours and topics are about one
message and are decided when it is due. For everybody at once the engine counts (one statement a channel), for a set of
people and for one person ``reach_in`` says it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from omniloom.core.clock import instant
from omniloom.identity import TEST_VALUES, root_of
from omniloom.messaging.channel import known_channels
from omniloom.messaging.stop_list import closed
from omniloom.profiles import MARKETING, OWN, Contact, contacts
from omniloom.store import StateTx, Stores, query

_AT_ONCE = 5_000
_LAST = 2**63 - 1  # no id is above it


class Reach(StrEnum):
    """Whether marketing reaches somebody in a channel; if not, the first thing that is missing."""

    REACHABLE = "reachable"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class ChannelReach:
    """A channel over everybody. The last five add up to ``people``; the others count among the addressed."""

    channel: str
    people: int
    addressed: int
    verified: int
    agreed: int
    closed: int
    reached: int
    reachable: int
    no_address: int
    suppressed: int
    no_consent: int
    paused: int

    @classmethod
    def of(cls, channel: str, counts: Mapping[str, int]) -> "ChannelReach":
        """A channel by its counts; those left out are none."""
        return cls(channel, **{name: counts.get(name, 0) for name in cls.__slots__ if name != "channel"})

    def counts(self) -> dict[str, int]:
        """All but the channel, by name."""
        counted = asdict(self)
        del counted["channel"]
        return counted


@dataclass(frozen=True, slots=True)
class PersonReach:
    """One channel of one person. ``closed_because`` says why the address is on the stop list, if it is."""

    channel: str
    reach: Reach
    address: str
    is_agreed: bool | None
    agreed_at: datetime | None
    closed_because: str
    verified_at: datetime | None
    verified_by: str
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetReach:
    """Of ``asked`` people so many are reachable by each channel, and by any of them; ``lacking``: the others, by what
    is missing.
    """

    asked: int
    by_channel: dict[str, int]
    lacking: dict[str, dict[Reach, int]]
    any_channel: int


def reach_map(stores: Stores, *, now: datetime, advertiser: str = OWN) -> list[ChannelReach]:
    """Each channel over everybody, now. Cost: all people's addresses, consents and wishes, for each channel: about ten
    seconds a million. Pages show what was counted beforehand (``reach_count``).
    """
    with stores.state.read() as tx:
        return reach_between(tx, after=0, through=_LAST, now=now, advertiser=advertiser)


def reach_between(tx: StateTx, *, after: int, through: int, now: datetime, advertiser: str = OWN) -> list[ChannelReach]:
    """Each channel over those whose ids, as they are by now, are above ``after`` and not above ``through``."""
    found = []
    for key, channel in known_channels().items():
        row = tx.rows(
            query(__file__, "reach_map"), channel=key, kind=channel.address_kind, purpose=MARKETING,
            advertiser=advertiser, now=now, after=after, through=through, nobodys=TEST_VALUES,
        )[0]  # fmt: skip
        counts = {name: int(count) for name, count in row.items()}
        found.append(ChannelReach(channel=key, no_address=counts["people"] - counts["addressed"], **counts))
    return found


def reach_among(
    stores: Stores, person_ids: Collection[int], *, now: datetime, channels: Sequence[str] = (), advertiser: str = OWN
) -> SetReach:
    """Each channel (all of them by default) over a set of people. Cost: reads every one of them, 5,000 at a time."""
    asked, channels = list(person_ids), list(channels) or list(known_channels())
    found: dict[str, Counter[Reach]] = {channel: Counter() for channel in channels}
    any_channel = 0
    for start in range(0, len(asked), _AT_ONCE):
        with stores.state.read() as tx:
            known = contacts(tx, asked[start : start + _AT_ONCE])
            stopped = closed(tx, _addresses(known.values()), advertiser)
        for contact in known.values():
            each = {
                channel: reach_in(contact, channel, stopped=stopped, now=now, advertiser=advertiser)
                for channel in channels
            }
            for channel, reach in each.items():
                found[channel][reach] += 1
            any_channel += Reach.REACHABLE in each.values()
    by_channel = {channel: counts.pop(Reach.REACHABLE, 0) for channel, counts in found.items()}
    return SetReach(len(asked), by_channel, {channel: dict(counts) for channel, counts in found.items()}, any_channel)


def reach_of(stores: Stores, person_id: int, *, now: datetime) -> list[PersonReach]:
    """Every channel of one person. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        contact = contacts(tx, [root_id])[root_id]
        addresses = _addresses([contact])
        stopped = closed(tx, addresses)
        known = {(r["channel"], r["address"]): r for r in
                 tx.rows(query(__file__, "addresses_known"), addresses=addresses)}  # fmt: skip
    found = []
    for channel in known_channels():
        address, word = contact.addresses.get(channel, ""), contact.word(channel)
        facts = known.get((channel, address), {})
        found.append(PersonReach(
            channel=channel, reach=reach_in(contact, channel, stopped=stopped, now=now), address=address,
            is_agreed=word.is_given if word else None, agreed_at=word.occurred_at if word else None,
            closed_because=stopped.get((channel, address), ""), verified_at=_instant(facts.get("verified_at")),
            verified_by=facts.get("verified_by") or "", reached_at=_instant(facts.get("reached_at")),
        ))  # fmt: skip
    return found


def reach_in(
    contact: Contact, channel: str, *, stopped: Collection[tuple[str, str]], now: datetime, advertiser: str = OWN
) -> Reach:
    """What becomes of marketing to one person in one channel. ``stopped``: (channel, address) on the stop list."""
    address, paused = contact.addresses.get(channel, ""), contact.preference.paused_until
    if not address:
        return Reach.NO_ADDRESS
    if (channel, address) in stopped:
        return Reach.SUPPRESSED
    if not contact.agreed(channel, advertiser=advertiser):
        return Reach.NO_CONSENT
    return Reach.PAUSED if paused is not None and now < paused else Reach.REACHABLE


def _addresses(people: Iterable[Contact]) -> list[str]:
    return [address for contact in people for address in contact.addresses.values()]


def _instant(us: int | None) -> datetime | None:
    return instant(us) if us else None
