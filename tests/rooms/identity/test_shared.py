"""Things that many people use: a kiosk's tablet, a call centre's line, a family's e-mail. They glue nobody."""

import importlib
import json
from datetime import timedelta

import pytest

from omniloom.identity import find, identifiers_of, members_of, merges_of, root_of, unmerge

from .conftest import NOW

PHONE = "+79161234567"
RESOLVE = importlib.import_module("omniloom.identity.resolve")  # the room's face has a function of that name


@pytest.mark.parametrize(
    ("one", "other"),
    [({"inn": "7707083893"}, {"inn": "7707083893"}),
     ({"phone": "8 (495) 123-45-67 доб. 12"}, {"phone": "8 (495) 123-45-67 доб. 34"}),
     ({"phone": "8 (495) 123-45-67 вн. 5"}, {"phone": "8 (495) 123-45-67, вн. 5"})],
)  # fmt: skip
def test_colleagues_stay_two_whatever_their_office_is_called(sender, one, other):
    sender.send("identify", message_id="anna", email="anna@shop.test", traits=one, **one)
    sender.send("identify", message_id="boris", email="boris@shop.test", traits=other, **other)
    sender.resolve_all()
    people = sender.people()
    assert people["anna"] != people["boris"]
    (row,) = sender.events_rows("select problems, properties from identity_event where message_id = 'anna'")
    assert [json.loads(row["problems"])[kind].split(":")[0] for kind in one] == ["shared"]
    assert json.loads(row["properties"]) == one


@pytest.mark.parametrize("test_value", [{"user_id": "test"}, {"email": "test@test.com"}, {"phone": "8 999 999-99-99"}])
def test_those_who_type_the_same_test_value_stay_two(sender, test_value):
    for name in ("anna", "boris"):
        sender.send("identify", message_id=name, card=name, **test_value)
    sender.resolve_all()
    assert len(set(sender.people().values())) == 2


@pytest.mark.parametrize("known", [{"email": "anna@shop.test"}, {"phone": PHONE}])
def test_a_customer_s_own_address_is_not_shared_by_her_browsers(sender, known):
    for n in range(8):
        at = NOW + timedelta(days=30 * n)
        sender.send("page", anonymous_id=f"browser {n}", at=at)
        sender.send("identify", anonymous_id=f"browser {n}", at=at + timedelta(hours=1), **known)
    sender.resolve_all()
    assert shared_of(sender, next(iter(known.values()))) is None
    assert len(set(sender.people().values())) == 1


def shared_of(sender, value):
    rows = sender.state_rows("select kind, value, shared_id from identity_identifier where shared_id is not null")
    return next((row["shared_id"] for row in rows if row["value"] == value), None)


@pytest.mark.parametrize("rows_max", [1, 3, 100])
def test_customers_of_a_kiosk_with_one_phone_stay_who_they_are(sender, rows_max):
    for n in range(20):
        sender.send("identify", message_id=f"in {n}", user_id=f"U{n}", phone=PHONE, anonymous_id="tablet")
        sender.send("track", message_id=f"buys {n}", user_id=f"U{n}", anonymous_id="tablet")
    sender.send("page", message_id="somebody looks", anonymous_id="tablet")
    sender.send("track", message_id="somebody calls", phone=PHONE)
    sender.resolve_all(rows_max)
    people = sender.people()
    assert len({people[f"in {n}"] for n in range(20)}) == 20
    assert all(people[f"in {n}"] == people[f"buys {n}"] for n in range(20))
    assert people["somebody looks"] == shared_of(sender, "tablet")
    assert people["somebody calls"] == shared_of(sender, PHONE)
    assert {people["somebody looks"], people["somebody calls"]}.isdisjoint({people[f"in {n}"] for n in range(20)})


@pytest.mark.parametrize("rows_max", [1, 4, 100])
def test_strangers_known_by_e_mail_alone_are_parted_again_once_their_phone_proves_to_be_shared(sender, rows_max):
    for n in range(12):
        sender.send("identify", message_id=f"in {n}", email=f"e{n}@shop.test", phone=PHONE)
    sender.send("track", message_id="call", phone=PHONE)
    sender.resolve_all(rows_max)
    people = sender.people()
    assert len({people[f"in {n}"] for n in range(12)}) == 12
    assert people["call"] not in {people[f"in {n}"] for n in range(12)}
    assert find(sender.stores, "e3@shop.test", "RU") == [people["in 3"]]
    assert set(find(sender.stores, PHONE, "RU")) == {people["in 0"], people["call"]}
    undone = sender.state_rows("select merge_id, undone_by from identity_merge")
    assert {row["undone_by"] for row in undone} == {"shared identifier"}


LINE = "+74957654321"


def sixth(sender):
    sender.send("identify", message_id="sixth", card="9900050", phone=LINE)
    sender.resolve_all()
    assert shared_of(sender, LINE) is not None


@pytest.mark.parametrize("rows_max", [1, 4, 100])
def test_what_customers_of_a_shared_line_show_meanwhile_is_theirs_once_it_proves_to_be_shared(sender, rows_max):
    for n in range(5):
        sender.send("identify", card=f"99000{n}0", phone=LINE)
    sender.send("identify", card="9900010", email="boris@x.test")
    sender.send("identify", card="9900020", phone="+79161112233")
    sender.send("identify", card="9900030", email="gleb@x.test", phone=LINE)  # and the line beside it
    sender.resolve_all(rows_max)
    sixth(sender)
    cards = [find(sender.stores, f"99000{n}0", "RU") for n in range(6)]
    assert len({person for (person,) in cards}) == 6
    assert find(sender.stores, "boris@x.test", "RU") == cards[1]
    assert find(sender.stores, "+79161112233", "RU") == cards[2]
    assert find(sender.stores, "gleb@x.test", "RU") == cards[3]
    sender.send("identify", card="9900010", email="boris@x.test")
    sender.resolve_all()
    assert [find(sender.stores, f"99000{n}0", "RU") for n in range(6)] == cards


def test_a_line_that_joins_customers_who_were_known_before_is_found_to_be_shared(sender):
    for n in range(8):
        sender.send("track", card=f"99000{n}0")
    for n in range(8):
        sender.send("identify", message_id=f"line {n}", card=f"99000{n}0", phone=LINE)
        sender.resolve_all()
    assert shared_of(sender, LINE) is not None
    assert len({person for n in range(8) for person in find(sender.stores, f"99000{n}0", "RU")}) == 8


def test_a_line_with_a_person_of_its_own_stays_with_whom_it_came_to_first(sender):
    sender.send("track", email="a@x.test")
    sender.send("identify", email="a@x.test", phone=LINE)
    sender.send("track", message_id="call", phone=LINE)
    for n in range(6):
        sender.send("identify", card=f"99000{n}0", phone=LINE)
    sender.resolve_all()
    assert shared_of(sender, LINE) is not None
    assert [sender.people()["call"]] == find(sender.stores, "a@x.test", "RU")
    assert len({person for n in range(6) for person in find(sender.stores, f"99000{n}0", "RU")}) == 6


def test_up_to_five_may_be_one_persons_addresses(sender):
    for n in range(5):
        sender.send("identify", message_id=f"in {n}", email=f"e{n}@shop.test", phone=PHONE)
    sender.resolve()
    assert len(set(sender.people().values())) == 1
    assert shared_of(sender, PHONE) is None
    assert len(merges_of(sender.stores, 1)) == 4  # each can be undone by itself


def test_the_same_stranger_counts_once_however_often_he_comes(sender):
    sender.send("identify", user_id="A", anonymous_id="pc")
    for n in range(30):
        sender.send("identify", message_id=f"b {n}", user_id="B", anonymous_id="pc")
        sender.resolve()
    assert shared_of(sender, "pc") is None
    sender.send("page", message_id="later", anonymous_id="pc")
    sender.resolve()
    assert [sender.people()["later"]] == find(sender.stores, "A", "RU")


def test_a_person_gets_at_most_five_new_devices_a_week_and_more_join_nobody(sender):
    for n in range(8):
        sender.send("track", message_id=f"m{n}", user_id="A", anonymous_id=f"d{n}")
    sender.resolve()
    kinds = [i.value for i in identifiers_of(sender.stores, 1) if i.kind == "anonymous_id"]
    assert len(kinds) == 5
    (row,) = sender.events_rows("select problems from identity_event where message_id = 'm7'")
    assert "over_limit" in json.loads(row["problems"])["anonymous_id"]
    sender.send("page", message_id="alone", anonymous_id="d7")
    sender.resolve()
    assert sender.people()["alone"] != sender.people()["m7"] == 1


def test_a_chain_of_devices_ends_at_the_limit(sender):
    for n in range(130):
        sender.send("alias", message_id=f"a{n}", anonymous_id=f"d{n + 1}", previous_id=f"d{n}")
    sender.resolve_all(40)
    assert all(len(members) <= 101 for members in _members(sender).values())
    with sender.stores.state.read() as tx:
        assert len(members_of(tx, [root_of(sender.stores, 1)])[root_of(sender.stores, 1)]) < 130


def _members(sender):
    rows = sender.state_rows("select person_id, root_id from identity_person")
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["root_id"], []).append(row["person_id"])
    return found


def test_an_event_says_how_surely_it_is_its_persons(sender):
    sender.send("page", message_id="looks", anonymous_id="pc")
    sender.send("track", message_id="writes", email="anna@shop.test", anonymous_id="pc")
    sender.send("track", message_id="shows her card", card="7700 1", anonymous_id="pc")
    sender.send("track", message_id="signed in", user_id="A", email="anna@shop.test")
    sender.send("track", message_id="nobody", user_id="null")
    for _ in range(2):  # once the careful way, once by heart
        sender.resolve()
        rows = sender.events_rows("select message_id, confidence from identity_event")
        levels = {row["message_id"].removesuffix("!"): row["confidence"] for row in rows}
        assert levels == {"looks": 0, "writes": 2, "shows her card": 3, "signed in": 4, "nobody": 0}
        sender.send("page", message_id="looks!", anonymous_id="pc")
        sender.send("track", message_id="writes!", email="Anna@Shop.test", anonymous_id="pc")
        sender.send("track", message_id="signed in!", user_id="A", email="anna@shop.test")


def test_an_undone_merge_is_not_made_again_by_events(sender):
    sender.send("identify", user_id="A")
    sender.send("identify", email="anna@shop.test")
    sender.send("identify", message_id="joins", user_id="A", email="anna@shop.test")
    sender.resolve()
    (entry,) = merges_of(sender.stores, 1)
    assert unmerge(sender.stores, entry.merge_id, by="olga", now=NOW) == (2, 1)
    sender.send("identify", message_id="again", user_id="A", email="anna@shop.test")
    sender.resolve()
    assert find(sender.stores, "A", "RU") == [1]
    assert find(sender.stores, "anna@shop.test", "RU") == [2]


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("rows_max", [1, 3, 100])
def test_whose_a_shared_phone_s_call_is_depends_on_no_batch_and_no_death(sender, monkeypatch, rows_max, dies):
    """The phone is known by heart, and becomes shared in the batch that the call is in."""
    for n in range(2):
        sender.send("identify", message_id=f"first {n}", user_id="U0", phone=PHONE)
        sender.resolve_all()
    for n in range(1, 9):
        sender.send("identify", message_id=f"in {n}", user_id=f"U{n}", phone=PHONE)
    sender.send("track", message_id="call", phone=PHONE)
    sender.send("track", message_id="buys", user_id="U1", phone=PHONE)
    if dies:
        with monkeypatch.context() as death, pytest.raises(KeyboardInterrupt):
            death.setattr(RESOLVE, "_append", _dies)  # between the stores
            sender.resolve_all(rows_max)
    sender.resolve_all(rows_max)
    people = sender.people()
    assert people["call"] == shared_of(sender, PHONE)
    assert people["buys"] == people["in 1"]
    rows = sender.events_rows("select message_id, problems, confidence from identity_event")
    said = {row["message_id"]: (json.loads(row["problems"] or "{}"), row["confidence"]) for row in rows}
    assert said["call"] == ({"phone": "shared: many people use it"}, 0)
    assert said["buys"] == ({"phone": "shared: many people use it"}, said["in 1"][1])


def test_sharing_is_noted_also_of_customers_who_are_known_by_heart(sender):
    for n in range(8):
        sender.send("identify", message_id=f"in {n}", user_id=f"U{n}", phone=PHONE)
    sender.resolve_all()
    for n in range(3):
        sender.send("track", message_id=f"buys {n}", user_id="U3", phone=PHONE)
        sender.resolve_all()
    rows = sender.events_rows("select problems from identity_event where message_id like 'buys%'")
    assert [json.loads(row["problems"]) for row in rows] == [{"phone": "shared: many people use it"}] * 3


def _dies(*_args, **_fields):
    raise KeyboardInterrupt
