"""The graph of one person: what is theirs, what is shared or another's, what a limit or its form kept out."""

import pytest

from omniloom.identity import KINDS, ProblemReason
from omniloom.profiles import search, whole


def person_of(teller, value):
    (found,) = search(teller.stores, value, home_region="RU", rows_max=5)
    return found.person_id


def graph(teller, value):
    return whole(teller.stores, person_of(teller, value), home_region="RU")


def users_of_tablet(teller, count):
    for n in range(count):
        teller.tell("track", "Bonus Checked", user_id=f"user-{n}", device_id="tablet")
    teller.settle()


def test_what_many_use_is_shared_for_everybody_who_used_it(teller):
    users_of_tablet(teller, 8)
    owner = graph(teller, "user-0")
    assert [(one.value, one.is_shared, one.is_foreign) for one in owner.identifiers if one.kind == "device_id"] == [
        ("tablet", True, False)
    ]
    stranger = graph(teller, "user-3")
    assert [(one.value, one.is_shared, one.is_foreign) for one in stranger.identifiers if one.kind == "device_id"] == [
        ("tablet", True, True)
    ]
    assert {one.kind: one.count for one in stranger.held} == {"user_id": 1}, "another's is not theirs"
    late = graph(teller, "user-7")
    assert [(one.kind, one.value, one.reason, one.events) for one in late.refused] == [
        ("device_id", "tablet", ProblemReason.SHARED, 1)
    ]


@pytest.mark.parametrize("users", [2, 5])
def test_what_a_few_use_is_another_s_and_not_shared_yet(teller, users):
    users_of_tablet(teller, users)
    for n in range(users):
        (tablet,) = (one for one in graph(teller, f"user-{n}").identifiers if one.kind == "device_id")
        assert (tablet.is_shared, tablet.is_foreign, tablet.users) == (False, n > 0, users)


def test_what_a_merge_brought_together_is_nobody_else_s(teller):
    teller.tell("track", "Seen", user_id="anna", device_id="phone")
    teller.tell("identify", card="7700111122223333", device_id="other")
    teller.tell("identify", user_id="anna", card="7700111122223333")
    teller.settle()
    found = graph(teller, "anna")
    assert len(found.merges) == 1
    assert not [one for one in found.identifiers if one.is_foreign or one.is_shared]
    assert {one.kind: one.count for one in found.held} == {"user_id": 1, "card": 1, "device_id": 2}


def test_what_goes_beyond_a_limit_is_told_with_what_is_no_value_of_its_kind(teller):
    limit = KINDS["phone"].limit.count
    for n in range(limit + 2):
        teller.tell("identify", user_id="anna", phone=f"+7916000000{n}")
    teller.tell("identify", user_id="anna", phone="call me", email="null")
    teller.tell("track", "Seen", user_id="anna", phone=f"+7916000000{limit}")
    teller.settle()
    found = graph(teller, "anna")
    assert {one.kind: one.count for one in found.held}["phone"] == limit
    told = {(one.kind, one.value): (one.reason, one.events) for one in found.refused}
    assert told == {
        ("phone", f"+7916000000{limit}"): (ProblemReason.OVER_LIMIT, 2),
        ("phone", f"+7916000000{limit + 1}"): (ProblemReason.OVER_LIMIT, 1),
        ("phone", "call me"): (ProblemReason.MALFORMED, 1),
        ("email", "null"): (ProblemReason.BLOCKED, 1),
    }
    assert [one.last_seen_at for one in found.refused] == sorted((o.last_seen_at for o in found.refused), reverse=True)


def test_a_problem_of_a_previous_id_is_told_of_it_and_of_nothing_beside_it(teller):
    teller.tell("identify", user_id="anna", anonymous_id="pc")
    teller.tell("alias", user_id="anna ", previous_id="null")
    teller.tell("alias", user_id="anna")
    teller.tell("alias", user_id="anna", anonymous_id="none", previous_id="tab")
    for n in range(KINDS["anonymous_id"].limit.count - 1):
        teller.tell("alias", user_id="anna", anonymous_id="pc", previous_id=f"pc{n}")
    teller.settle()
    told = [(one.kind, one.value, one.reason) for one in graph(teller, "anna").refused]
    assert sorted(told) == [
        ("anonymous_id", "none", ProblemReason.BLOCKED),
        ("anonymous_id", "null", ProblemReason.BLOCKED),
        ("anonymous_id", f"pc{n}", ProblemReason.OVER_LIMIT),
        ("user_id", "null", ProblemReason.BLOCKED),
    ]


def test_what_the_graph_shows_is_not_told_once_more_in_another_spelling(teller):
    for n in range(8):
        teller.tell("track", "Bonus Checked", user_id=f"user-{n}", phone="8 916 123-45-67")
    for phone in ("8 916 123-45-67", "+7 (916) 123 45 67"):
        teller.tell("track", "Bonus Checked", user_id="user-3", phone=phone)
        teller.tell("track", "Bonus Checked", user_id="user-7", phone=phone)
    teller.settle()
    shown = graph(teller, "user-3")
    assert [one.value for one in shown.identifiers if one.is_shared] == ["+79161234567"]
    assert shown.refused == []
    assert [(one.value, one.events) for one in graph(teller, "user-7").refused] == [("+79161234567", 3)]
