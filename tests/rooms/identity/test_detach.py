"""Identifiers that were taken for somebody's by mistake: detached, they are another person's, and stay so."""

import importlib

import pytest

from omniloom import identity
from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import SeededIds
from omniloom.identity import detach, detaching, find, identifiers_of, merge, merges_of
from omniloom.identity.known import EPOCH_CURSOR
from omniloom.store import settle_through

from .conftest import NOW, Sender

PHONE = "+79161234567"
OTHER_PHONE = "+79161234568"
RESOLVE = importlib.import_module("omniloom.identity.resolve")  # the room's face has a function of that name


def take(sender: Sender, person_id: int, kind: str, value: str, note: str = "", number: int = 0):
    return detach(sender.stores, person_id, (kind, value), by="olga", now=NOW, ids=SeededIds(number), note=note)


def events_of(sender: Sender, person_id: int) -> set[str]:
    return {message_id for message_id, person in sender.people().items() if person == person_id}


@pytest.fixture
def attached(sender):
    """Anna (1), known by a customer id, with a phone that an event of hers carried first, and a call from it."""
    sender.send("identify", message_id="in", user_id="A", phone=PHONE)
    sender.send("track", message_id="call", phone=PHONE)
    sender.resolve()
    return sender


@pytest.fixture
def joined(sender):
    """Anna (1), known by an e-mail, with a phone that has a person of its own (2), and a call from it."""
    sender.send("identify", message_id="in", email="a@x.test")
    sender.send("identify", message_id="names", email="a@x.test", phone=PHONE)
    sender.send("track", message_id="call", phone=PHONE)
    sender.resolve()
    return sender


def test_from_now_on_an_attached_identifier_is_another_persons_and_what_came_before_stays(attached):
    assert not detaching(attached.stores, 1, ("phone", PHONE)).takes_history
    done = take(attached, 1, "phone", PHONE, note="her sister's")
    assert (done.person_id, done.takes_history) == (1, False)
    assert find(attached.stores, PHONE, "RU") == [done.own_id]
    assert [i.kind for i in identifiers_of(attached.stores, 1)] == ["user_id"]
    attached.send("track", message_id="later", phone=PHONE)
    attached.send("track", message_id="hers", user_id="A", phone=PHONE)
    attached.resolve()
    assert events_of(attached, 1) == {"in", "call", "hers"}
    assert events_of(attached, done.own_id) == {"later"}


def test_what_came_by_it_alone_goes_with_an_identifier_that_came_with_a_person_of_its_own(joined):
    assert detaching(joined.stores, 1, ("phone", PHONE)).takes_history
    done = take(joined, 1, "phone", PHONE)
    assert done == identity.Detached(person_id=1, own_id=2, takes_history=True)
    joined.send("track", message_id="later", phone=PHONE)
    joined.resolve()
    assert events_of(joined, 1) == {"in", "names"}
    assert events_of(joined, 2) == {"call", "later"}


def test_whoever_had_been_merged_into_it_is_the_person_it_was_taken_from(sender):
    sender.send("track", phone=PHONE)
    sender.send("identify", phone=PHONE, card="77001")
    sender.resolve()
    assert find(sender.stores, "77001", "RU") == [1]
    done = take(sender, 2, "phone", PHONE)
    assert done == identity.Detached(person_id=2, own_id=1, takes_history=True)
    assert find(sender.stores, "77001", "RU") == [2]


@pytest.mark.parametrize("kind", ["track", "identify", "alias"])
def test_no_event_glues_it_again_and_it_is_marked_as_another_persons(attached, kind):
    own_id = take(attached, 1, "phone", PHONE).own_id
    for n in range(4):
        attached.send(kind, user_id="A", phone=PHONE, message_id=f"again {n}")
        attached.resolve()
    assert (find(attached.stores, PHONE, "RU"), find(attached.stores, "A", "RU")) == ([own_id], [1])
    marked = [] if kind == "alias" else [{"kind": "phone", "person_id": 1}]
    assert attached.state_rows("select kind, person_id from identity_stranger") == marked


def test_the_person_whose_it_is_gets_it_when_they_use_it(attached):
    own_id = take(attached, 1, "phone", PHONE).own_id
    attached.send("identify", user_id="B", phone=PHONE)
    attached.resolve()
    assert find(attached.stores, PHONE, "RU") == find(attached.stores, "B", "RU")
    assert identity.root_of(attached.stores, own_id) == find(attached.stores, "B", "RU")[0]
    assert find(attached.stores, "A", "RU") == [1]


def test_it_is_in_the_journal_with_who_when_and_why(attached):
    own_id = take(attached, 1, "phone", PHONE, note="her sister's").own_id
    (line,) = merges_of(attached.stores, own_id)
    assert (line.from_id, line.into_id, line.rule) == (own_id, 1, identity.DETACHED_RULE)
    assert (line.merged_at, line.undone_at) == (NOW, NOW)
    assert line.evidence == {"by": "olga", "detached": "her sister's"}
    rows = attached.state_rows("select undone_by, joined_kind, joined_value from identity_merge")
    assert rows == [{"undone_by": "olga", "joined_kind": "phone", "joined_value": PHONE}]


def test_why_stands_beside_what_an_undone_merge_rested_on(joined):
    take(joined, 1, "phone", PHONE, note="a typo")
    (line,) = merges_of(joined.stores, 2)
    assert line.evidence["detached"] == "a typo"
    assert line.evidence["joined_by"] == {"email": "a@x.test"}


def test_a_merge_by_hand_takes_it_back_with_all_that_came_meanwhile(attached):
    own_id = take(attached, 1, "phone", PHONE).own_id
    attached.send("track", message_id="meanwhile", phone=PHONE)
    attached.resolve()
    merge(attached.stores, into_id=1, from_id=own_id, rule="by hand", evidence={}, now=NOW, ids=SeededIds(9))
    assert find(attached.stores, PHONE, "RU") == [1]
    assert events_of(attached, 1) == {"in", "call", "meanwhile"}
    attached.send("identify", message_id="again", user_id="A", phone=PHONE)
    attached.resolve()
    assert find(attached.stores, PHONE, "RU") == [1]
    assert take(attached, 1, "phone", PHONE, number=3).takes_history, "it has a person of its own by now"


def test_a_process_that_knows_it_by_heart_forgets(attached):
    attached.send("track", phone=PHONE)
    attached.resolve()
    with attached.stores.state.read() as tx:
        before = tx.cursor(EPOCH_CURSOR)
    take(attached, 1, "phone", PHONE)
    with attached.stores.state.read() as tx:
        assert tx.cursor(EPOCH_CURSOR) == before + 1


def test_nothing_is_proven_of_a_person_that_it_was_given_to(attached):
    with attached.stores.state.write() as tx:
        identity.verify(tx, "phone", PHONE, NOW)
    take(attached, 1, "phone", PHONE)
    assert attached.state_rows("select verified_at from identity_identifier where kind = 'phone'") == [
        {"verified_at": None}
    ]


def test_who_was_merged_by_it_alone_goes_with_it(sender):
    """A card that was shown with the phone only, and a device that was seen with neither."""
    sender.send("identify", email="a@x.test", phone=PHONE)
    sender.send("identify", phone=PHONE, card="77001")
    sender.send("identify", email="a@x.test", anonymous_id="pc")
    sender.resolve()
    asked = detaching(sender.stores, 1, ("phone", PHONE))
    assert asked == identity.Detaching(takes_history=False, going=1, staying=0)
    done = take(sender, 1, "phone", PHONE)
    assert done.person_id == 1
    assert find(sender.stores, PHONE, "RU") == find(sender.stores, "77001", "RU") == [done.own_id]
    assert find(sender.stores, "pc", "RU") == find(sender.stores, "a@x.test", "RU") == [1]


def test_who_was_merged_by_it_goes_with_a_person_of_its_own(joined):
    joined.send("identify", message_id="shows", phone=PHONE, card="77001")
    joined.resolve()
    asked = detaching(joined.stores, 1, ("phone", PHONE))
    assert asked == identity.Detaching(takes_history=True, going=1, staying=0)
    done = take(joined, 1, "phone", PHONE)
    assert find(joined.stores, PHONE, "RU") == find(joined.stores, "77001", "RU") == [done.own_id]
    assert events_of(joined, done.own_id) == {"call", "shows"}


@pytest.mark.parametrize("is_own", [False, True])
def test_who_was_merged_by_an_event_that_named_more_of_the_customers_stays(sender, is_own):
    """The event names the phone and a card of hers beside a new e-mail."""
    sender.send("identify", user_id="A", **({} if is_own else {"phone": PHONE}))
    sender.send("identify", user_id="A", card="77001")
    if is_own:
        sender.send("identify", phone=PHONE, card="77001")
    sender.send("identify", phone=PHONE, card="77001", email="new@x.test")
    sender.resolve()
    take(sender, 1, "phone", PHONE)
    assert find(sender.stores, PHONE, "RU") != [1]
    assert find(sender.stores, "new@x.test", "RU") == find(sender.stores, "77001", "RU") == [1]


def test_a_detachment_that_was_an_un_merge_is_in_the_journal_as_one(joined):
    take(joined, 1, "phone", PHONE)
    (line,) = merges_of(joined.stores, 2)
    assert line.evidence["taken"] == {"phone": PHONE}
    assert "detached" not in line.evidence


def test_merges_that_it_caused_stay_and_are_counted(sender):
    sender.send("identify", phone=PHONE, anonymous_id="pc")
    sender.send("identify", phone=PHONE, card="77001")
    sender.resolve()
    asked = detaching(sender.stores, 1, ("phone", PHONE))
    assert (asked.takes_history, asked.going, asked.staying) == (False, 0, 1)
    done = take(sender, 1, "phone", PHONE)
    assert find(sender.stores, "77001", "RU") == find(sender.stores, "pc", "RU") == [done.person_id]


def test_whom_it_made_one_stay_one_without_it(sender):
    """Two cards hang on the phone's own person: un-merging either of them would not part the phone from both."""
    for n, card in enumerate(("77001", "77002")):
        sender.send("identify", message_id=f"m{n}", phone=PHONE)
        sender.send("identify", message_id=f"c{n}", phone=PHONE, card=card)
    sender.resolve()
    assert detaching(sender.stores, 1, ("phone", PHONE)) == identity.Detaching(takes_history=False, going=0, staying=2)
    done = take(sender, 1, "phone", PHONE)
    assert find(sender.stores, "77001", "RU") == find(sender.stores, "77002", "RU") == [done.person_id]
    assert find(sender.stores, PHONE, "RU") == [done.own_id]


def test_what_the_event_store_has_not_seen_when_it_happens_counts_as_later(attached, monkeypatch):
    """The process dies between the stores; whoever takes over finds the identifier detached."""
    attached.send("track", message_id="between", phone=PHONE)
    attached.send("track", message_id="hers", user_id="A", phone=PHONE)
    with monkeypatch.context() as death, pytest.raises(KeyboardInterrupt):
        death.setattr(RESOLVE, "_append", _dies)
        attached.resolve()
    own_id = take(attached, 1, "phone", PHONE).own_id
    attached.resolve_all()
    assert events_of(attached, own_id) == {"between"}
    assert events_of(attached, 1) == {"in", "call", "hers"}


def test_an_identifier_detached_while_a_batch_is_read_is_the_other_persons_to_it(attached, monkeypatch):
    """Between what is known by heart and what is written."""
    state, real = type(attached.stores.state), attached.stores.state.write
    found = []

    def write(_):
        monkeypatch.undo()
        found.append(take(attached, 1, "phone", PHONE).own_id)
        return real()

    attached.send("track", message_id="later", phone=PHONE)
    attached.flush()
    settle_through(attached.stores, attached.stores.log.last_position(), now=NOW)
    monkeypatch.setattr(state, "write", write)
    attached.resolve_all()
    assert events_of(attached, found[0]) == {"later"}


def _dies(*_args, **_fields):
    raise KeyboardInterrupt


# --- what cannot be detached -----------------------------------------------------------------------------------------


def test_the_last_identifier_of_a_person_cannot_be_detached(sender):
    sender.send("identify", user_id="A")
    sender.resolve()
    with pytest.raises(Conflict, match="known by nothing else") as refused:
        take(sender, 1, "user_id", "A")
    assert refused.value.facts["field"] == "value"


def test_what_is_unknown_or_somebody_elses_is_told_by_its_field(attached):
    attached.send("identify", email="b@x.test")
    attached.resolve()
    with pytest.raises(Missing, match="value: nobody has the phone"):
        take(attached, 1, "phone", OTHER_PHONE)
    with pytest.raises(Conflict, match="another customer's"):
        take(attached, 1, "email", "b@x.test")
    with pytest.raises(Missing, match="no person 99"):
        take(attached, 99, "phone", PHONE)


def test_a_shared_identifier_is_nobodys_already(sender):
    for n in range(8):
        sender.send("identify", user_id=f"U{n}", phone=PHONE)
    sender.resolve()
    assert [i.is_shared for i in identifiers_of(sender.stores, 1)] == [False, True]
    with pytest.raises(Conflict, match="many people use"):
        take(sender, 1, "phone", PHONE)
    assert sender.state_rows("select 1 as found from identity_merge") == []


def test_a_shared_identifier_does_not_count_as_something_a_person_is_known_by(sender):
    sender.send("identify", phone=PHONE, anonymous_id="pc")
    for n in range(8):
        sender.send("identify", user_id=f"U{n}", phone=PHONE, email=f"e{n}@x.test")
    sender.resolve()
    mine = next(i for i in find(sender.stores, "pc", "RU"))
    assert sorted((i.kind, i.is_shared) for i in identifiers_of(sender.stores, mine)) == [
        ("anonymous_id", False), ("phone", True),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="known by nothing else"):
        take(sender, mine, "anonymous_id", "pc")
