"""Profiles: who a person is, what they said yes to, and everything that happened to them.

Reads the resolved events after its own cursors. Tables (state store): profiles_consent, profiles_consent_ledger,
profiles_wording, profiles_topic, profiles_preference, profiles_privacy_request, profiles_erasing, profiles_card,
profiles_name_word, profiles_name_piece, profiles_survivorship, profiles_relation, profiles_company; event store:
profiles_word, profiles_rule, profiles_trust, profiles_trait (readers use the view profiles_trait_current).

Invariants:
* of a consent, and of a trait without a rule of its own, the newest word by the event's own time is in force, in
  whatever order events arrive;
* the ledger of consents is append-only, by the store's own guard: every word once, with its wording, chained;
* a word counts in the transaction that writes it down, and lines stay with the person they came for;
* every answer follows merges: a person can be asked for by any id they ever had.
"""

from omniloom.profiles.consent import (
    EVERY_CHANNEL,
    MARKETING,
    OWN,
    Consent,
    advertisers,
    check_advertiser,
    take_word,
    withdraw,
)
from omniloom.profiles.contact import ADDRESS_KINDS, Contact, contacts
from omniloom.profiles.fold import fold
from omniloom.profiles.golden import Field, Origin, golden, trait_keys, traits_of
from omniloom.profiles.holdings import HOLDINGS
from omniloom.profiles.ledger import ConsentEntry, broken_ledger, broken_links, consent_history
from omniloom.profiles.matching import people_table, run_matching, start_matching
from omniloom.profiles.person import Person, first_identifier, person
from omniloom.profiles.preference import Frequency, Preference, save_preference
from omniloom.profiles.privacy_request import (
    PrivacyKind,
    PrivacyRequest,
    PrivacyState,
    ask_privacy,
    open_privacy_requests,
    privacy_requests,
    privacy_requests_of,
    settle_privacy,
)
from omniloom.profiles.proof import ConsentProof, ProofLine, consent_proof
from omniloom.profiles.proof_pdf import proof_pdf
from omniloom.profiles.relation import (
    CORPORATE,
    PERSONAL,
    Belonging,
    Company,
    Relation,
    Tie,
    companies,
    company_people,
    relate,
    relations_of,
    unrelate,
)
from omniloom.profiles.search import PersonRow, people, search
from omniloom.profiles.sole_trader import forget_sole_traders
from omniloom.profiles.survivorship import Rule, Survivorship, set_survivorship, survivorships
from omniloom.profiles.timeline import TimelineEvent, timeline
from omniloom.profiles.topic import Topic, save_topic, topics, topics_of
from omniloom.profiles.trait import Trait
from omniloom.profiles.whole import Attached, Joining, Refused, Whole, merge_journal, whole
from omniloom.profiles.wording import Wording, Wordings, add_wording, wordings, wordings_of

__all__ = [
    "ADDRESS_KINDS", "CORPORATE", "EVERY_CHANNEL", "HOLDINGS", "MARKETING", "OWN", "PERSONAL", "Attached", "Belonging",
    "Company", "Consent", "ConsentEntry", "ConsentProof", "Contact", "Field", "Frequency", "Joining", "Origin",
    "Person", "PersonRow", "Preference", "PrivacyKind", "PrivacyRequest", "PrivacyState", "ProofLine",
    "Refused", "Relation", "Rule", "Survivorship", "Tie", "TimelineEvent", "Topic", "Trait", "Whole", "Wording",
    "Wordings", "add_wording", "advertisers", "ask_privacy", "broken_ledger", "broken_links", "check_advertiser",
    "companies", "company_people", "consent_history", "consent_proof", "contacts", "first_identifier", "fold",
    "forget_sole_traders", "golden",
    "merge_journal", "open_privacy_requests", "people", "people_table", "person", "privacy_requests",
    "privacy_requests_of", "proof_pdf", "relate", "relations_of", "run_matching", "save_preference",
    "save_topic", "search", "set_survivorship", "settle_privacy", "start_matching", "survivorships", "take_word",
    "timeline", "topics", "topics_of", "trait_keys", "traits_of", "unrelate", "whole", "withdraw", "wordings",
    "wordings_of",
]  # fmt: skip
