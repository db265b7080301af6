"""Who is who, told as a marketer would tell it."""

import json
from datetime import UTC, datetime

import pytest

from omniloom.identity import find, identifiers_of, merges_of, passed, resolve, root_of

from .conftest import NOW


def march(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def test_history_from_before_a_sign_in_is_taken_over_when_the_person_signs_in(sender):
    sender.send("page", message_id="browsed", anonymous_id="phone-1")
    sender.send("identify", message_id="known", user_id="A")
    sender.resolve()
    assert sender.people()["browsed"] != sender.people()["known"]

    sender.send("identify", message_id="signed in", user_id="A", anonymous_id="phone-1")
    sender.resolve()
    assert len(set(sender.people().values())) == 1
    assert root_of(sender.stores, 1) == root_of(sender.stores, 2) == 2  # the one with the stronger identifier stays


def test_a_user_id_seen_first_on_a_device_is_attached_to_the_devices_history(sender):
    sender.send("page", anonymous_id="phone-1")
    sender.send("track", "Signed Up", anonymous_id="phone-1", user_id="A")
    sender.resolve()
    assert set(sender.people().values()) == {1}
    assert not merges_of(sender.stores, 1)


def test_another_user_signing_in_on_the_same_device_is_another_person(sender):
    sender.send("identify", message_id="a", user_id="A", anonymous_id="tablet", phone="8 916 123-45-67")
    sender.send("identify", message_id="b", user_id="B", anonymous_id="tablet", phone="+7 916 123 45 67")
    sender.send("track", message_id="b buys", user_id="B", anonymous_id="tablet")
    sender.send("track", message_id="someone looks", anonymous_id="tablet")
    sender.resolve()
    people = sender.people()
    assert people["a"] != people["b"] == people["b buys"]
    assert people["someone looks"] == people["a"]
    assert not merges_of(sender.stores, people["b"])
    assert find(sender.stores, "89161234567", "RU") == [people["a"]]


def test_two_known_users_are_never_merged_by_whatever_they_share(sender):
    sender.send("identify", user_id="A", email="family@example.test", card="7700 1")
    sender.send("identify", user_id="B", anonymous_id="pc")
    sender.send("identify", user_id="B", email="family@example.test", card="77001", anonymous_id="pc")
    sender.send("alias", user_id="B", previous_id="A")
    sender.resolve()
    assert find(sender.stores, "A", "RU") != find(sender.stores, "B", "RU")
    assert find(sender.stores, "family@example.test", "RU") == find(sender.stores, "A", "RU")


def test_a_device_does_not_carry_a_new_address_to_somebody_else(sender):
    sender.send("identify", user_id="A", anonymous_id="pc")
    sender.send("track", "Newsletter Subscribed", message_id="guest", anonymous_id="pc", email="guest@example.test")
    sender.resolve()
    assert sender.people()["guest"] not in find(sender.stores, "A", "RU")


def test_only_identify_and_alias_merge(sender):
    for kind in ("track", "page", "screen", "group"):
        sender.send("identify", user_id=kind)
        sender.send("identify", email=f"{kind}@example.test")
        sender.send(kind, message_id=kind, user_id=kind, email=f"{kind}@example.test")
    sender.resolve()
    for kind in ("track", "page", "screen", "group"):
        assert find(sender.stores, kind, "RU") == [sender.people()[kind]]
        assert find(sender.stores, f"{kind}@example.test", "RU") != find(sender.stores, kind, "RU")


def test_an_alias_joins_a_device_or_an_address_holder_with_a_user(sender):
    sender.send("identify", anonymous_id="pc", email="anna@example.test")
    sender.send("identify", user_id="A")
    sender.send("alias", user_id="A", previous_id="pc")
    sender.resolve()
    assert find(sender.stores, "anna@example.test", "RU") == find(sender.stores, "A", "RU")
    assert merges_of(sender.stores, 1)[0].rule == "alias"


def test_an_alias_to_an_unseen_device_attaches_it(sender):
    sender.send("alias", user_id="A", previous_id="pc")
    sender.resolve()
    assert [i.kind for i in identifiers_of(sender.stores, 1)] == ["user_id", "anonymous_id"]


def test_a_merge_is_journalled_with_what_joined_the_two(sender):
    sender.send("identify", user_id="A")
    sender.send("identify", email="anna@example.test")
    sender.send("identify", message_id="both", user_id="A", email="Anna@Example.TEST")
    sender.resolve()
    (entry,) = merges_of(sender.stores, 2)
    assert (entry.from_id, entry.into_id, entry.rule) == (2, 1, "identify")
    assert entry.evidence["message_id"] == "both"
    assert entry.evidence["joined_by"] == {"email": "anna@example.test"}


def test_a_bad_value_is_recorded_and_the_event_follows_its_other_identifiers(sender):
    sender.send("identify", user_id="A")
    sender.send("track", message_id="odd", user_id="A", email="not an address", phone="12", passport="1")
    sender.resolve()
    (row,) = sender.events_rows("select * from identity_history where message_id = 'odd'")
    assert row["person_id"] == 1
    problems = json.loads(row["problems"])
    assert set(problems) == {"email", "phone", "passport"}
    assert problems["email"].startswith("malformed: ")
    assert json.loads(row["identifiers"])["email"] == "not an address"


def test_an_event_whose_identifiers_all_stand_for_nobody_is_kept_as_nobodys(sender):
    sender.send("track", message_id="lost", user_id="null", anonymous_id="000")
    sender.send("alias", message_id="lost too", user_id="undefined", previous_id="A")
    sender.resolve()
    rows = sender.events_rows("select message_id, person_id, problems from identity_event order by position")
    assert [(row["message_id"], row["person_id"]) for row in rows] == [("lost", 0), ("lost too", 0)]
    assert set(json.loads(rows[0]["problems"])) == {"user_id", "anonymous_id"}
    assert sender.people() == {}
    assert sender.state_rows("select * from identity_person") == []


def test_identifiers_know_when_they_were_seen_whatever_the_order_of_events(sender):
    for day in (5, 1, 9, 3):
        sender.send("track", user_id="A", at=march(day))
        sender.resolve()
    (identifier,) = identifiers_of(sender.stores, 1)
    assert (identifier.first_seen_at, identifier.last_seen_at) == (march(1), march(9))


@pytest.mark.parametrize("more", [{}, {"anonymous_id": "new"}])  # by heart, and the careful way
def test_nobody_is_seen_by_what_is_only_told_of_them(sender, more):
    sender.send("identify", user_id="A", at=march(5))
    sender.resolve()
    sender.send("track", "Segment Entered", user_id="A", at=march(9), **more)
    sender.resolve()
    assert {one.value: one.last_seen_at for one in identifiers_of(sender.stores, 1)} == {"A": march(5)} | dict.fromkeys(
        more.values(), march(9)
    )


def test_the_log_may_forget_what_both_stores_have(sender):
    assert passed(sender.stores) == 0
    sender.send("track", user_id="A")
    sender.resolve()
    assert passed(sender.stores) == sender.stores.log.last_position()


def test_a_home_region_changed_between_a_crash_and_the_restart_stops_nothing(sender, monkeypatch):
    sender.send(phone="89161234567")
    sender.send(user_id="A", phone="89161234568")
    with monkeypatch.context() as patch:
        patch.setattr(type(sender.stores.events), "write", _dies)
        with pytest.raises(KeyboardInterrupt):
            sender.resolve()
    resolve(sender.stores, now=NOW, home_region="DE", home_currency="EUR", rows_max=100)
    assert set(sender.people()) == {"m1", "m2"}
    assert passed(sender.stores) == sender.stores.log.last_position()


def _dies(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("rows_max", [1, 100])
def test_an_alias_that_joins_nobody_says_so(sender, rows_max):
    sender.send("identify", user_id="A")
    sender.send("identify", user_id="B")
    sender.send("alias", message_id="parted", user_id="B", previous_id="A")
    sender.send("alias", message_id="new", user_id="C", previous_id="A")
    sender.send("alias", message_id="joined", user_id="C", previous_id="browser")
    sender.send("alias", message_id="again", user_id="C", previous_id="browser")
    sender.resolve_all(rows_max)
    rows = sender.events_rows("select message_id, problems from identity_event where type = 'alias'")
    said = {row["message_id"]: json.loads(row["problems"] or "{}") for row in rows}
    assert {key: bool(problems) for key, problems in said.items()} == {
        "parted": True, "new": True, "joined": False, "again": False,
    }  # fmt: skip
    assert said["parted"]["previous_id"].startswith("not_joined: ")


@pytest.mark.parametrize("rows_max", [1, 100])
def test_what_intake_left_out_stands_beside_the_event_also_of_a_known_customer(sender, rows_max):
    for number in range(2):
        sender.send("identify", message_id=f"{number}", user_id="A", phone="none", problems={"email": "second: b"})
    sender.resolve_all(rows_max)
    rows = sender.events_rows("select problems from identity_event order by position")
    for row in rows:
        assert json.loads(row["problems"]).keys() == {"email", "phone"}
