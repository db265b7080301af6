"""Profiles: who a person is, what they said yes to, and everything that happened to them.

Reads the resolved events after its own cursors. Tables: profiles_consent, profiles_consent_entry, profiles_card (state
store); profiles_trait (event store; readers use the view profiles_trait_current).

Invariants:
* of a trait or a consent the newest word by the event's own time is in force, in whatever order events arrive;
* the consent history is append-only: every word once, with its wording and method;
* every answer follows merges: a person can be asked for by any id they ever had.
"""

from omniloom.profiles.consent import Consent, ConsentEntry, consent_history, withdraw
from omniloom.profiles.contact import Contact, Reachable, contacts, reachable
from omniloom.profiles.fold import fold
from omniloom.profiles.golden import trait_keys, traits_of
from omniloom.profiles.person import Person, person
from omniloom.profiles.search import PersonRow, people, search
from omniloom.profiles.timeline import TimelineEvent, timeline
from omniloom.profiles.trait import Trait

__all__ = [
    "Consent", "ConsentEntry", "Contact", "Person", "PersonRow", "Reachable", "TimelineEvent", "Trait",
    "consent_history", "contacts", "fold", "people", "person", "reachable", "search", "timeline", "trait_keys",
    "traits_of", "withdraw",
]  # fmt: skip
