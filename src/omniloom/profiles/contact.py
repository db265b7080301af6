"""How people can be reached: addresses, consents, zone and language, read where a message is decided.

All of it comes from the state store, in the caller's transaction, so that the decision and what it rests on are one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from omniloom.identity import Identifier, identifiers_by_root, is_placeholder, roots_of
from omniloom.profiles.card import Card, cards
from omniloom.profiles.consent import EVERY_CHANNEL, MARKETING, OWN, Consent, consents_by_root
from omniloom.profiles.preference import NO_PREFERENCE, Preference, preferences_by_root
from omniloom.store import StateTx

ADDRESS_KINDS = {"email": "email", "sms": "phone"}  # channel -> the kind of identifier it is addressed by


@dataclass(frozen=True, slots=True)
class Contact:
    """One person to reach. ``words`` are in force, per (advertiser, channel, purpose): ask ``word`` and ``agreed``.

    ``owners``: whose each address is, channel by channel, of those who are this person by now. A merge does not change
    it, so what goes to an address, or is said from it, is its owner's when the merge is undone.
    """

    person_id: int
    addresses: dict[str, str] = field(default_factory=dict)
    timezone: str = ""
    language: str = ""
    name: str = ""
    words: Mapping[tuple[str, str, str], Consent] = field(default_factory=dict)
    preference: Preference = NO_PREFERENCE
    owners: Mapping[str, int] = field(default_factory=dict, repr=False)

    def word(self, channel: str, *, purpose: str = MARKETING, advertiser: str = OWN) -> Consent | None:
        """What is in force about a channel, said of it or of all of them; None if nothing ever was."""
        found = self.words.get((advertiser, channel, purpose))
        return found or self.words.get((advertiser, EVERY_CHANNEL, purpose))

    def agreed(self, channel: str, *, purpose: str = MARKETING, advertiser: str = OWN) -> bool:
        """Whether they agreed, and did not take it back; silence is no consent."""
        word = self.word(channel, purpose=purpose, advertiser=advertiser)
        return word is not None and word.is_given

    def agreed_with(self, channel: str = "", *, purpose: str = MARKETING) -> set[str]:
        """The advertisers with a consent in force, in a channel or (empty) in any."""
        given = {word.advertiser for word in self.words.values() if word.purpose == purpose and word.is_given}
        return {name for name in given if not channel or self.agreed(channel, purpose=purpose, advertiser=name)}


def contacts(tx: StateTx, person_ids: list[int]) -> dict[int, Contact]:
    """Contacts by the ids asked for, merged people under who they are by now; unknown ids are left out."""
    roots = roots_of(tx, person_ids)
    root_ids = sorted(set(roots.values()))
    identifiers, known = identifiers_by_root(tx, root_ids), cards(tx, root_ids)
    consents, preferences = consents_by_root(tx, root_ids), preferences_by_root(tx, root_ids)
    found = {}
    for root_id in root_ids:
        card, preference = known.get(root_id, Card()), preferences.get(root_id, NO_PREFERENCE)
        newest = _newest(identifiers.get(root_id, []))
        found[root_id] = Contact(
            person_id=root_id,
            addresses={channel: one.value for channel, one in newest.items()},
            timezone=card.timezone,
            language=preference.language or card.language,
            name=card.name,
            words={(one.advertiser, one.channel, one.purpose): one for one in consents.get(root_id, [])},
            preference=preference,
            owners={channel: one.person_id for channel, one in newest.items()},
        )
    return {person_id: found[root_id] for person_id, root_id in roots.items()}


def _newest(identifiers: list[Identifier]) -> dict[str, Identifier]:
    """The address of each channel: of several, the one seen last. One that many people use is nobody's, and so is a
    test value that was taken for somebody's once: what is said from it (a withdrawal) would be nobody's too.
    """
    found: dict[str, Identifier] = {}
    for channel, kind in ADDRESS_KINDS.items():
        known = [i for i in identifiers if i.kind == kind and not i.is_shared and not is_placeholder(i.value)]
        if known:
            found[channel] = max(known, key=lambda i: (i.last_seen_at, i.value))
    return found
