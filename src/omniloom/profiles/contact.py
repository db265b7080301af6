"""How people can be reached: addresses, consents, zone and language, read where a message is decided.

All of it comes from the state store, in the caller's transaction, so that the decision and what it rests on are one.
"""

from dataclasses import dataclass

from omniloom.identity import Identifier, identifiers_by_root, roots_of
from omniloom.profiles.card import Card, cards
from omniloom.profiles.consent import consents_by_root
from omniloom.store import StateTx, Stores, query

_REACHABLE = query(__file__, "reachable")
ADDRESS_KINDS = {"email": "email", "sms": "phone"}  # channel -> the kind of identifier it is addressed by


@dataclass(frozen=True, slots=True)
class Contact:
    """One person to reach. ``consents`` hold what is in force per (channel, purpose); ``*`` is every channel."""

    person_id: int
    addresses: dict[str, str]
    consents: dict[tuple[str, str], bool]
    timezone: str
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """Of everyone: how many have an address for a channel, and how many of those agreed."""

    addresses: int
    agreed: int


def reachable(stores: Stores, *, purpose: str = "marketing") -> dict[str, Reachable]:
    """How many people each channel could reach; stop lists and caps are not looked at.

    Cost: one scan of identifiers and consents per channel.
    """
    with stores.state.read() as tx:
        rows = {
            channel: tx.rows(_REACHABLE, kind=kind, channel=channel, purpose=purpose)[0]
            for channel, kind in ADDRESS_KINDS.items()
        }
    return {channel: Reachable(**row) for channel, row in rows.items()}


def contacts(tx: StateTx, person_ids: list[int]) -> dict[int, Contact]:
    """Contacts by the ids asked for, merged people under who they are by now; unknown ids are left out."""
    roots = roots_of(tx, person_ids)
    root_ids = sorted(set(roots.values()))
    identifiers, known = identifiers_by_root(tx, root_ids), cards(tx, root_ids)
    consents = consents_by_root(tx, root_ids)
    found = {}
    for root_id in root_ids:
        card = known.get(root_id, Card())
        found[root_id] = Contact(
            person_id=root_id,
            addresses=_addresses(identifiers.get(root_id, [])),
            consents={(c.channel, c.purpose): c.is_given for c in consents.get(root_id, [])},
            timezone=card.timezone,
            language=card.language,
            name=card.name,
        )
    return {person_id: found[root_id] for person_id, root_id in roots.items()}


def _addresses(identifiers: list[Identifier]) -> dict[str, str]:
    """The address of each channel: of several, the one seen last."""
    addresses: dict[str, str] = {}
    for channel, kind in ADDRESS_KINDS.items():
        known = [i for i in identifiers if i.kind == kind]
        if known:
            addresses[channel] = max(known, key=lambda i: (i.last_seen_at, i.value)).value
    return addresses
