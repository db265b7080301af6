"""Reads what the rules need to know about a batch of recipients, in the caller's transaction.

Within one batch it also keeps count of what was just decided, so that two campaigns, two people with one address, or
two ids of one person cannot both pass in the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from omniloom.core.clock import instant
from omniloom.messaging.decision import MARKETING, Facts, Policy, Send
from omniloom.messaging.stop_list import closed
from omniloom.profiles import Contact, Frequency, Preference, contacts
from omniloom.store import StateTx, query


@dataclass(frozen=True, slots=True)
class Candidate:
    """One recipient to decide on. ``to``: the one address of the first channel it may go to."""

    send_id: str
    campaign_id: str
    person_id: int
    kind: str
    channels: tuple[str, ...]
    advertiser: str = ""
    topics: Mapping[str, str] = field(default_factory=dict)
    to: str = ""


class Situation:
    """The facts of a batch as one transaction sees them."""

    def __init__(self, tx: StateTx, candidates: Sequence[Candidate], *, policy: Policy, now: datetime) -> None:
        self._now = now
        self._contacts = contacts(tx, [c.person_id for c in candidates])
        self._channels_on = frozenset(row["channel"] for row in tx.rows(query(__file__, "channels_on")))
        addresses = {address for contact in self._contacts.values() for address in contact.addresses.values()}
        addresses |= {candidate.to for candidate in candidates if candidate.to}
        self._suppressed = {
            advertiser: closed(tx, addresses, advertiser)
            for advertiser in {candidate.advertiser for candidate in candidates}
        }
        self._recent = self._read_recent(tx, now - max(timedelta(days=policy.cap_days), *(f.apart for f in Frequency)))
        self._refused: dict[str, dict[str, str]] = defaultdict(dict)
        for row in tx.rows(query(__file__, "refusals"), send_ids=[c.send_id for c in candidates]):
            self._refused[row["send_id"]][row["channel"]] = row["reason"]
        campaign_ids = {c.campaign_id for c in candidates}
        self._served: dict[tuple[str, int], set[str]] = defaultdict(set)
        for row in tx.rows(query(__file__, "served_people"), campaign_ids=campaign_ids, root_ids=self._roots()):
            self._served[row["campaign_id"], row["root_id"]].add(row["send_id"])
        self._taken: dict[tuple[str, str, str], str] = {
            (row["campaign_id"], row["channel"], row["address"]): row["send_id"]
            for row in tx.rows(
                query(__file__, "taken_addresses"), campaign_ids=campaign_ids, addresses=addresses,
            )
        }  # fmt: skip

    def contact(self, person_id: int) -> Contact | None:
        """How to reach a person; None if there is no such person."""
        return self._contacts.get(person_id)

    def owner(self, candidate: Candidate, send: Send) -> int:
        """Whose a message is: its address's own person, who may be one with others for a while."""
        contact = self._contacts.get(candidate.person_id)
        if candidate.to or contact is None:
            return candidate.person_id  # planned for the address itself
        return contact.owners.get(send.channel, candidate.person_id)

    def facts(self, candidate: Candidate) -> Facts:
        """What the rules judge one recipient by."""
        contact = self._contacts.get(candidate.person_id)
        addresses = contact.addresses if contact else {}
        if candidate.to:
            addresses = {candidate.channels[0]: candidate.to}
        wish = contact.preference if contact else Preference()
        taken = frozenset(
            (channel, address)
            for channel, address in addresses.items()
            if self._taken.get((candidate.campaign_id, channel, address), candidate.send_id) != candidate.send_id
        )
        return Facts(
            now=self._now, kind=candidate.kind, channels=candidate.channels, channels_on=self._channels_on,
            addresses=addresses, agreed=_agreed(candidate, contact) if contact else {},
            timezone=contact.timezone if contact else "", suppressed=self._suppressed[candidate.advertiser],
            refused=self._refused.get(candidate.send_id, {}), taken=taken,
            recent=tuple(self._recent.get(self._root(candidate), ())),
            is_served=bool(self._served.get(self._place(candidate), set()) - {candidate.send_id}),
            topics=candidate.topics, topics_off=wish.topics_off, frequency_apart=wish.frequency.apart,
            paused_until=wish.paused_until,
        )  # fmt: skip

    def note(self, candidate: Candidate, send: Send) -> None:
        """Count a message that was just decided, for those who come after it in the batch."""
        self._taken[candidate.campaign_id, send.channel, send.address] = candidate.send_id
        self._served[self._place(candidate)].add(candidate.send_id)
        if candidate.kind == MARKETING:
            self._recent[self._root(candidate)].append(self._now)

    def _root(self, candidate: Candidate) -> int:
        contact = self._contacts.get(candidate.person_id)
        return contact.person_id if contact else candidate.person_id

    def _place(self, candidate: Candidate) -> tuple[str, int]:
        return candidate.campaign_id, self._root(candidate)

    def _read_recent(self, tx: StateTx, since: datetime) -> dict[int, list[datetime]]:
        recent: dict[int, list[datetime]] = defaultdict(list)
        for root_id, at in tx.tuples(query(__file__, "recent_attempts"), root_ids=self._roots(), since=since):
            recent[root_id].append(instant(at))
        return recent

    def _roots(self) -> Iterable[int]:
        return {contact.person_id for contact in self._contacts.values()}


def _agreed(candidate: Candidate, contact: Contact) -> dict[str, bool]:
    words = {channel: contact.word(channel, advertiser=candidate.advertiser) for channel in candidate.channels}
    return {channel: word.is_given for channel, word in words.items() if word is not None}
