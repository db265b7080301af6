"""Identity: whose event is it. Typed identifiers, attaching, merging, and the resolved event history.

Reads the log, writes who is who. Tables: identity_person, identity_identifier, identity_merge,
identity_stranger, identity_apart, identity_pair, identity_matching (state store);
identity_event, identity_item, identity_override (event store). Readers use the views identity_history and
identity_history_item, where ``person_id`` is who the person is by now.

Invariants:
* an identifier belongs to one person, and only an operator who detaches it gives it another, from then on; a merge
  moves only ``root_id``, is journalled and can be undone;
* an identifier that a sixth person uses is shared from there on: it joins nobody, and what it joined is undone;
* a person has at most one user id; two people with one each are never merged, whatever device or phone they share;
* only identify and alias merge; every other event follows its strongest identifier;
* every accepted message becomes exactly one event, even if none of its identifiers is usable (then it is nobody's,
  with the reasons beside it).
"""

from omniloom.identity import match, tombstone
from omniloom.identity.claim import PREVIOUS_KINDS, SEEN_STEP
from omniloom.identity.consent_word import word_channel
from omniloom.identity.detach import RULE as DETACHED_RULE
from omniloom.identity.detach import Detached, Detaching, detach, detaching
from omniloom.identity.holdings import HOLDINGS
from omniloom.identity.kind import Kind, Level, Limit, Problem, ProblemReason
from omniloom.identity.matching_job import (
    Matching,
    MatchingOutcome,
    RunningMatching,
    begin_matching,
    matching,
    matchings,
    stop_matching,
)
from omniloom.identity.merge import merge, unmerge
from omniloom.identity.named import named_by
from omniloom.identity.normal import BY_PRIORITY, KINDS, normalise, prefixes
from omniloom.identity.pair import Pair, PairReason, PairStatus
from omniloom.identity.people import (
    Identifier,
    MergeEntry,
    find,
    identifiers_by_root,
    identifiers_of,
    members_of,
    merges_of,
    naming,
    root_of,
    roots_of,
    roots_since,
)
from omniloom.identity.placeholder import TEST_VALUES, is_placeholder
from omniloom.identity.resolve import passed, resolve
from omniloom.identity.review import (
    AUTOMATIC,
    Proposed,
    decide_pair,
    decided_pairs,
    pairs_to_review,
    propose,
    proposed_pair,
    roots,
    undo_decision,
)
from omniloom.identity.settings import IdentitySettings
from omniloom.identity.taxpayer import taxpayer_number
from omniloom.identity.unsaid import says_who
from omniloom.identity.verify import verify
from omniloom.identity.written_number import numbers_in

__all__ = [
    "AUTOMATIC", "BY_PRIORITY", "DETACHED_RULE", "HOLDINGS", "KINDS", "PREVIOUS_KINDS", "SEEN_STEP", "TEST_VALUES",
    "Detached", "Detaching", "Identifier", "IdentitySettings", "Kind", "Level", "Limit", "Matching", "MatchingOutcome",
    "MergeEntry", "Pair", "PairReason", "PairStatus", "Problem", "ProblemReason", "Proposed", "RunningMatching",
    "begin_matching", "decide_pair", "decided_pairs", "detach", "detaching", "find", "identifiers_by_root",
    "identifiers_of", "is_placeholder", "match", "matching", "matchings", "members_of", "merge", "merges_of",
    "named_by", "naming", "normalise", "numbers_in", "pairs_to_review", "passed", "prefixes", "propose",
    "proposed_pair", "resolve", "root_of", "roots", "roots_of", "roots_since", "says_who", "stop_matching",
    "taxpayer_number", "tombstone", "undo_decision", "unmerge", "verify", "word_channel",
]  # fmt: skip
