"""Merging by hand, and that every answer follows it."""

import pytest

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import SeededIds
from omniloom.identity import find, identifiers_of, members_of, merge, merges_of, root_of, roots_since

from .conftest import NOW


def join(sender, into_id, from_id):
    return merge(
        sender.stores, into_id=into_id, from_id=from_id, rule="manual", evidence={"by": "anna"}, now=NOW,
        ids=SeededIds(into_id * 100 + from_id),
    )  # fmt: skip


@pytest.fixture
def three(sender):
    """Three people: 1 known by e-mail, 2 by phone, 3 by a user id."""
    sender.send("identify", email="anna@example.test")
    sender.send("identify", phone="+79161234567")
    sender.send("identify", user_id="A")
    sender.resolve()
    return sender


def test_a_merge_moves_everything_to_one_person_and_is_journalled(three):
    merge_id = join(three, 1, 2)
    assert root_of(three.stores, 2) == 1
    assert set(three.people().values()) == {1, 3}
    assert [i.kind for i in identifiers_of(three.stores, 2)] == ["email", "phone"]
    assert find(three.stores, "89161234567", "RU") == [1]
    (entry,) = merges_of(three.stores, 1)
    assert (entry.merge_id, entry.rule, entry.evidence, entry.undone_at) == (merge_id, "manual", {"by": "anna"}, None)


def test_a_chain_of_merges_leads_to_the_last_person(three):
    join(three, 2, 1)
    join(three, 3, 2)
    assert set(three.people().values()) == {3}
    with three.stores.state.read() as tx:
        assert members_of(tx, [3]) == {3: [1, 2, 3]}
        assert {person_id for person_id, _, _ in roots_since(tx, 1)} == {1, 2}
    assert [m.from_id for m in merges_of(three.stores, 1)] == [1, 2]


def test_an_event_after_a_merge_belongs_to_the_merged_person(three):
    join(three, 3, 1)
    three.send("track", message_id="later", email="anna@example.test")
    three.resolve()
    assert three.people()["later"] == 3


def test_two_user_ids_one_person_twice_and_nobody_cannot_be_merged(three):
    three.send("identify", user_id="B")
    three.resolve()
    with pytest.raises(Conflict, match="user_id"):
        join(three, 3, 4)
    join(three, 3, 1)
    with pytest.raises(Conflict, match="one person already"):
        join(three, 1, 3)
    with pytest.raises(Missing, match="no person 99"):
        join(three, 3, 99)
    assert len(merges_of(three.stores, 3)) == 1
