"""The act that folds resolved events into people: traits first (event store), then consents and cards (state store).

Each store moves on in its own transaction with its own cursor. Cards are made from traits, so the state store never
passes the event store; whatever it missed in a stop is made again on the next call. Cards also follow merges, by the
version that identity gives every change of a root.
"""

from datetime import datetime

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED
from omniloom.identity import members_of, roots_of, roots_since
from omniloom.profiles.card import forget_cards, read_card, save_cards
from omniloom.profiles.consent_event import record_words
from omniloom.profiles.golden import traits_by_root
from omniloom.profiles.misread import WORDS_LEFT, record_misread
from omniloom.profiles.survivorship import CARDS_LEFT, sync_rules
from omniloom.profiles.trait import Said, columns, newest, of_all_sources
from omniloom.store import EventsTx, Progress, StateTx, Stores, query

CURSOR = "profiles"
ROOTS_CURSOR = "profiles_roots"  # state store: the root version that cards show
RESOLVED_CURSOR = "identity"  # event store: how far events are resolved

_CONSENT_NAMES = [CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED]
_TRAIT_EVENTS = query(__file__, "trait_events")
_CONSENT_EVENTS = query(__file__, "consent_events")
_FORGET_OLDER_TRAITS = query(__file__, "forget_older_traits")
_ADD_NEWER_TRAITS = query(__file__, "add_newer_traits")
_FORGET_OLDER_WORDS = query(__file__, "forget_older_words")
_ADD_NEWER_WORDS = query(__file__, "add_newer_words")
_ROOTS_DOWN_FROM = query(__file__, "roots_down_from")


def fold(stores: Stores, *, now: datetime, rows_max: int, home_region: str = "RU") -> Progress:
    """Fold the next resolved events into traits, consents and cards.

    Shapes: identity_event -> profiles_trait; profiles_consent, profiles_consent_ledger, profiles_card.
    Units:  ``rows_max`` events with traits a call; consent events between them come along; ``home_region``: whose phone
            numbers may be written without a country code.
    Cost:   two staged joins for traits, one statement a table for the rest.
    """
    sync_rules(stores)
    spoken = _fold_traits(stores, rows_max)
    kept = _fold_state(stores, rows_max, now, home_region) + _make_left_cards(stores, rows_max)
    kept += record_misread(stores, now=now, rows_max=rows_max, home_region=home_region)
    with stores.state.read() as state, stores.events.read() as events:
        is_behind = state.cursor(CURSOR) != events.cursor(RESOLVED_CURSOR)
        is_done = not (is_behind or state.cursor(CARDS_LEFT) or state.cursor(WORDS_LEFT))
    return Progress(spoken + kept, is_done)


def _fold_traits(stores: Stores, rows_max: int) -> int:
    """Traits of the next events; returns how many events there were."""
    with stores.events.read() as tx:
        after, resolved = tx.cursor(CURSOR), tx.cursor(RESOLVED_CURSOR)
        events, through = _next(tx, after, resolved, rows_max)
    if through == after:
        return 0
    words = newest(said for said in events if said.type != "alias")
    with stores.events.write() as tx:
        if words:
            of_all, rows = of_all_sources(words), columns(words)
            tx.stage("word", rows)
            tx.run(_FORGET_OLDER_WORDS)
            tx.run(_ADD_NEWER_WORDS)
            tx.stage("trait", rows if len(of_all) == len(words) else columns(of_all))
            tx.run(_FORGET_OLDER_TRAITS)
            tx.run(_ADD_NEWER_TRAITS)
        tx.move_cursor(CURSOR, through)
    return len(events)


def _fold_state(stores: Stores, rows_max: int, now: datetime, home_region: str) -> int:
    """Consents and cards up to where traits are; returns how many events and changed people there were."""
    with stores.state.read() as state, stores.events.read() as events:
        after, folded_to = state.cursor(CURSOR), events.cursor(CURSOR)
        is_current = after == folded_to and not roots_since(state, state.cursor(ROOTS_CURSOR))
    if is_current:
        return 0
    with stores.state.write() as state, stores.events.read() as events:
        said, through = _next(events, after, folded_to, rows_max)
        consents = events.rows(_CONSENT_EVENTS, after=after, through=through, names=_CONSENT_NAMES)
        record_words(stores, state, consents, now=now, home_region=home_region)
        people = _make_cards(state, events, {event.person_id for event in said})
        state.move_cursor(CURSOR, through)
    return len(consents) + people


def _make_left_cards(stores: Stores, rows_max: int) -> int:
    """Make cards anew after a rule changed, the newest people first; returns how many."""
    with stores.state.read() as state:
        if not state.cursor(CARDS_LEFT):
            return 0
    with stores.state.write() as state, stores.events.read() as events:
        left = state.cursor(CARDS_LEFT)
        roots = [row[0] for row in state.tuples(_ROOTS_DOWN_FROM, person_id=left, rows_max=rows_max)]
        traits = traits_by_root(events, members_of(state, roots))
        save_cards(state, {root_id: read_card(said) for root_id, said in traits.items() if said}, is_new_form=True)
        state.move_cursor(CARDS_LEFT, roots[-1] - 1 if len(roots) == rows_max else 0)
    return len(roots)


def _make_cards(state: StateTx, events: EventsTx, people: set[int]) -> int:
    """Cards of people spoken about, and of those whose root changed; returns how many."""
    changed = roots_since(state, state.cursor(ROOTS_CURSOR))
    roots = set(roots_of(state, sorted(people)).values()) | {root_id for _, root_id, _ in changed}
    traits = traits_by_root(events, members_of(state, sorted(roots)))
    save_cards(state, {root_id: read_card(said) for root_id, said in traits.items()})
    if changed:
        forget_cards(state, [person_id for person_id, root_id, _ in changed if person_id != root_id])
        state.move_cursor(ROOTS_CURSOR, max(version for _, _, version in changed))
    return len(roots)


def _next(tx: EventsTx, after: int, through: int, rows_max: int) -> tuple[list[Said], int]:
    """The next events with traits, at most ``rows_max``, and the position they are complete up to."""
    rows = tx.tuples(_TRAIT_EVENTS, after=after, through=through, rows_max=rows_max)
    if len(rows) == rows_max:
        through = rows[-1][0]
    return [Said(*row[1:]) for row in rows], through
