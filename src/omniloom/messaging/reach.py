"""The reachability map: person by channel, whether a message may and can get there, or why not.

For everybody at once the engine counts (one statement a channel); for one person the same is told in full.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from omniloom.core.clock import instant
from omniloom.identity import root_of
from omniloom.messaging.channel import known_channels
from omniloom.profiles import EVERY_CHANNEL, MARKETING, contacts
from omniloom.store import Stores, query


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


def reach_map(stores: Stores, *, now: datetime, advertiser: str = "") -> list[ChannelReach]:
    """Each channel over everybody. Cost: a scan of identifiers, consents and sent messages per channel."""
    found = []
    with stores.state.read() as tx:
        for key, channel in known_channels().items():
            row = tx.rows(
                query(__file__, "reach_map"), channel=key, kind=channel.address_kind, purpose=MARKETING,
                advertiser=advertiser, now=now,
            )[0]  # fmt: skip
            counts = {name: int(count) for name, count in row.items()}
            found.append(ChannelReach(channel=key, no_address=counts["people"] - counts["addressed"], **counts))
    return found


def reach_of(stores: Stores, person_id: int, *, now: datetime) -> list[PersonReach]:
    """Every channel of one person. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        contact = contacts(tx, [root_id])[root_id]
        addresses = list(contact.addresses.values())
        closed = {(r["channel"], r["address"]): r["reason"] for r in
                  tx.rows(query(__file__, "suppressions"), addresses=addresses)}  # fmt: skip
        known = {(r["channel"], r["address"]): r for r in
                 tx.rows(query(__file__, "addresses_known"), addresses=addresses)}  # fmt: skip
        said = {r["channel"]: r for r in
                reversed(tx.rows(query(__file__, "consent_words"), root_id=root_id, purpose=MARKETING))}  # fmt: skip
    paused = contact.preference.paused_until
    return [
        _reach(
            channel, contact.addresses.get(channel, ""), closed, known, said,
            is_paused=paused is not None and now < paused,
        )
        for channel in known_channels()
    ]  # fmt: skip


def _reach(  # noqa: PLR0917 - what is known of one channel
    channel: str, address: str, closed: dict[Any, str], known: dict[Any, Any], said: dict[str, Any], *, is_paused: bool
) -> PersonReach:
    words = [said[each] for each in (channel, EVERY_CHANNEL) if each in said]
    word = max(words, key=lambda each: (each["occurred_at"], -each["is_given"]), default=None)
    why_closed, facts = closed.get((channel, address), ""), known.get((channel, address), {})
    is_agreed = bool(word["is_given"]) if word else None
    reach = Reach.REACHABLE
    if not address:
        reach = Reach.NO_ADDRESS
    elif why_closed:
        reach = Reach.SUPPRESSED
    elif not is_agreed:
        reach = Reach.NO_CONSENT
    elif is_paused:
        reach = Reach.PAUSED
    return PersonReach(
        channel=channel, reach=reach, address=address, is_agreed=is_agreed,
        agreed_at=instant(word["occurred_at"]) if word else None, closed_because=why_closed,
        verified_at=_instant(facts.get("verified_at")), verified_by=facts.get("verified_by") or "",
        reached_at=_instant(facts.get("reached_at")),
    )  # fmt: skip


def _instant(us: int | None) -> datetime | None:
    return instant(us) if us else None
