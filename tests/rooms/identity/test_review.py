"""What the matcher finds among people: merged where it is sure, asked about where not, and asked about once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from omniloom.core.errors import Conflict, Missing
from omniloom.core.ids import SeededIds
from omniloom.identity import (
    PairStatus,
    decide_pair,
    decided_pairs,
    merge,
    merges_of,
    pairs_to_review,
    propose,
    proposed_pair,
    root_of,
    roots,
    undo_decision,
    unmerge,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KNOWN = [
    ("Иванов", "Иван", "1980-01-02", "Москва"),
    ("Иванов", "Ваня", "02.01.1980", "г. Москва"),
    ("Петрова", "Мария", "1975-05-06", "Казань"),
    ("Сидоров", "Пётр", "1990-07-08", "Пермь"),
    ("Кузнецов", "Олег", "1966-11-12", "Омск"),
    ("Соколова", "Вера", "1988-03-04", "Тула"),
]
COLUMNS = ("surname", "given_name", "birth_date", "city")


def known_people(sender, **identifiers):
    """People of the store, each known by a phone of their own, as the table that the matcher gets."""
    for n in range(len(KNOWN)):
        sender.send(phone=f"+7916100000{n}", **{kind: value(n) for kind, value in identifiers.items()})
    sender.resolve_all()
    numbers = roots(sender.stores)
    assert len(numbers) == len(KNOWN)
    rows = [{"person_id": str(p)} | dict(zip(COLUMNS, row, strict=True)) for p, row in zip(numbers, KNOWN, strict=True)]
    return numbers, pa.Table.from_pylist(rows)


def run(sender, people, automatic=0.0, meanwhile=lambda: None):
    """A search; ``meanwhile`` is done when it has compared everybody and not merged anybody."""
    left = [meanwhile]

    def so_far(_found):
        while left:
            left.pop()()

    return propose(sender.stores, people, now=NOW, ids=SeededIds(1), automatic=automatic, so_far=so_far)


def decide(sender, left, right, *, is_same, ids=2):
    ids = SeededIds(ids)
    return decide_pair(sender.stores, left, right, is_same=is_same, by="anna@example.com", now=NOW, ids=ids)


def test_who_is_surely_one_is_merged_with_the_reasons_in_the_journal(sender):
    numbers, people = known_people(sender)
    done = run(sender, people)
    assert (done.people, done.merged) == (len(KNOWN), 1)
    assert root_of(sender.stores, numbers[1]) == numbers[0]
    entry = merges_of(sender.stores, numbers[0])[0]
    assert entry.rule == "match"
    assert entry.evidence["probability"] > 0.5
    assert {reason["field"] for reason in entry.evidence["reasons"]} >= {"surname", "birth_date"}
    assert run(sender, people).merged == 0


@pytest.mark.parametrize("twin", [("Иванова", "Иванна"), ("Иванов", "Игорь")])
def test_a_twin_is_asked_about_however_sure_the_matcher_is(sender, twin):
    numbers, people = known_people(sender)
    rows = people.to_pylist()
    rows[1] |= dict(zip(COLUMNS, (*twin, "1980-01-02", "Москва"), strict=True))
    done = run(sender, pa.Table.from_pylist(rows))
    assert (done.merged, done.waiting) == (0, 1)
    assert [(pair.left_id, pair.right_id) for pair in pairs_to_review(sender.stores, 9)] == [tuple(numbers[:2])]


def test_who_is_only_likely_one_waits_for_a_decision_with_reasons(sender):
    numbers, people = known_people(sender)
    done = run(sender, people, automatic=1.1)
    assert done.merged == 0
    assert done.waiting >= 1
    pair = pairs_to_review(sender.stores)[0]
    assert (pair.left_id, pair.right_id, pair.status) == (numbers[0], numbers[1], PairStatus.OPEN)
    assert any(reason.words == "the same" for reason in pair.reasons)
    decided = decide(sender, pair.right_id, pair.left_id, is_same=True)
    assert (decided.status, decided.decided_by) == (PairStatus.MERGED, "anna@example.com")
    assert root_of(sender.stores, numbers[1]) == numbers[0]
    assert (numbers[0], numbers[1]) not in [(p.left_id, p.right_id) for p in pairs_to_review(sender.stores)]
    with pytest.raises(Conflict):
        decide(sender, numbers[0], numbers[1], is_same=False)


def test_a_rejected_pair_is_never_asked_about_again(sender):
    numbers, people = known_people(sender)
    run(sender, people, automatic=1.1)
    decide(sender, numbers[0], numbers[1], is_same=False)
    assert run(sender, people).merged == 0
    assert (numbers[0], numbers[1]) not in [(p.left_id, p.right_id) for p in pairs_to_review(sender.stores)]
    assert root_of(sender.stores, numbers[1]) == numbers[1]


def test_two_who_were_parted_by_hand_are_not_merged_again(sender):
    numbers, people = known_people(sender)
    run(sender, people)
    merge_id = merges_of(sender.stores, numbers[0])[0].merge_id
    unmerge(sender.stores, merge_id, by="anna@example.com", now=NOW)
    assert run(sender, people).merged == 0
    assert root_of(sender.stores, numbers[1]) == numbers[1]


def test_a_pair_that_is_rejected_while_a_search_merges_stays_rejected(sender):
    numbers, people = known_people(sender)
    run(sender, people, automatic=1.1)
    assert run(sender, people, meanwhile=lambda: decide(sender, *numbers[:2], is_same=False)).merged == 0
    assert root_of(sender.stores, numbers[1]) == numbers[1]
    (row,) = sender.state_rows("select status, decided_by from identity_pair where decided_by is not null")
    assert row == {"status": "rejected", "decided_by": "anna@example.com"}


def test_two_who_are_parted_by_hand_while_a_search_merges_stay_apart(sender):
    numbers, people = known_people(sender)

    def part():
        merge_id = merge(sender.stores, into_id=numbers[0], from_id=numbers[1], rule="manual", evidence={}, now=NOW,
                         ids=SeededIds(3))  # fmt: skip
        unmerge(sender.stores, merge_id, by="anna@example.com", now=NOW)

    assert run(sender, people, meanwhile=part).merged == 0
    assert root_of(sender.stores, numbers[1]) == numbers[1]


def test_two_with_a_user_id_each_are_not_merged(sender):
    _, people = known_people(sender, user_id=lambda n: f"u{n}")
    done = run(sender, people)
    assert (done.merged, done.refused) == (0, 1)


def test_two_with_a_user_id_each_are_not_asked_about(sender):
    _, people = known_people(sender, user_id=lambda n: f"u{n}")
    done = run(sender, people, automatic=1.1)
    assert (done.waiting, done.merged) == (0, 0)
    assert done.refused >= 1
    assert pairs_to_review(sender.stores) == []


def test_a_pair_that_was_never_proposed_cannot_be_decided(sender):
    with pytest.raises(Missing):
        decide(sender, 1, 2, is_same=True)


@pytest.mark.parametrize("is_same", [True, False])
def test_a_decision_is_taken_back_and_made_anew(sender, is_same):
    numbers, people = known_people(sender)
    run(sender, people, automatic=1.1)
    decided = decide(sender, *numbers[:2], is_same=is_same)
    assert (pairs_to_review(sender.stores), bool(decided.merge_id)) == ([], is_same)
    undo_decision(sender.stores, decided, by="anna@example.com", now=NOW)
    (pair,) = pairs_to_review(sender.stores)
    assert (pair.left_id, pair.right_id, pair.decided_by) == (*numbers[:2], None)
    assert root_of(sender.stores, numbers[1]) == numbers[1]
    with pytest.raises(Missing):
        undo_decision(sender.stores, decided, by="anna@example.com", now=NOW)
    assert run(sender, people, automatic=0.0).merged == 1
    assert root_of(sender.stores, numbers[1]) == numbers[0]


def waiting(sender):
    """The numbers of two who wait for a decision."""
    numbers, people = known_people(sender)
    run(sender, people, automatic=1.1)
    return numbers[:2]


def take_back(sender, decided):
    undo_decision(sender.stores, decided, by="anna@example.com", now=NOW)


def test_a_decision_made_anew_by_somebody_else_is_not_taken_back(sender):
    left, right = waiting(sender)
    decided = decide(sender, left, right, is_same=False)
    take_back(sender, decided)
    for n, by in ((1, "anna@example.com"), (0, "ivan@example.com")):
        anew = decide_pair(sender.stores, left, right, is_same=False, by=by, now=NOW + timedelta(minutes=n),
                           ids=SeededIds(3))  # fmt: skip
        with pytest.raises(Conflict):
            take_back(sender, decided)
        assert pairs_to_review(sender.stores) == []
        take_back(sender, anew)


def test_a_pair_does_not_wait_again_while_a_merge_stands_that_nobody_decided(sender):
    numbers, people = known_people(sender)
    run(sender, people)
    left, right = numbers[:2]
    with pytest.raises(Conflict, match="stands"):
        take_back(sender, proposed_pair(sender.stores, left, right))
    assert root_of(sender.stores, right) == left
    assert decided_pairs(sender.stores) == []


def test_a_decision_is_taken_back_by_whoever_reads_of_it_later_and_by_nothing_but_itself(sender):
    left, right = waiting(sender)
    decided = decide(sender, left, right, is_same=True)
    other = merge(sender.stores, into_id=left, from_id=right + 1, rule="by hand", evidence={}, now=NOW,
                  ids=SeededIds(5))  # fmt: skip
    (read,) = decided_pairs(sender.stores)
    assert read == proposed_pair(sender.stores, right, left) == decided
    take_back(sender, replace(read, merge_id=other))
    assert (root_of(sender.stores, right), root_of(sender.stores, right + 1)) == (right, left)
    assert decided_pairs(sender.stores) == []
    assert sender.state_rows("select person_id from identity_apart") == []


@pytest.mark.parametrize("were_parted", [False, True])
def test_a_mistaken_yes_says_nothing_of_what_comes_later(sender, were_parted):
    left, right = waiting(sender)
    if were_parted:
        merge_id = merge(sender.stores, into_id=left, from_id=right, rule="by hand", evidence={}, now=NOW,
                         ids=SeededIds(4))  # fmt: skip
        unmerge(sender.stores, merge_id, by="ivan@example.com", now=NOW)
    take_back(sender, decide(sender, left, right, is_same=True))
    assert root_of(sender.stores, right) == right
    sender.send("identify", phone="+79161000000", email="ivan@example.com")
    sender.send("identify", phone="+79161000001", email="ivan@example.com")
    sender.resolve_all()
    assert (root_of(sender.stores, right) == root_of(sender.stores, left)) is not were_parted


def test_a_pair_whose_merge_was_undone_in_the_journal_first_waits_again(sender):
    left, right = waiting(sender)
    decided = decide(sender, left, right, is_same=True)
    unmerge(sender.stores, decided.merge_id, by="ivan@example.com", now=NOW)
    (read,) = decided_pairs(sender.stores)
    assert read == replace(decided, is_undone=True)
    journal = sender.state_rows("select merge_id, undone_by, undone_version from identity_merge")
    apart = sender.state_rows("select person_id, other_id from identity_apart order by person_id")
    take_back(sender, read)
    (pair,) = pairs_to_review(sender.stores)
    assert (pair.left_id, pair.right_id, pair.decided_by, pair.is_undone) == (left, right, None, False)
    assert decided_pairs(sender.stores) == []
    assert sender.state_rows("select merge_id, undone_by, undone_version from identity_merge") == journal
    assert sender.state_rows("select person_id, other_id from identity_apart order by person_id") == apart
    assert {(row["person_id"], row["other_id"]) for row in apart} == {(left, right), (right, left)}
    anew = decide(sender, left, right, is_same=True, ids=6)
    assert (anew.is_undone, root_of(sender.stores, right)) == (False, left)
    take_back(sender, anew)
    assert root_of(sender.stores, right) == right


def test_who_was_merged_anew_by_hand_stays_one_when_the_undone_decision_is_taken_back(sender):
    left, right = waiting(sender)
    decided = decide(sender, left, right, is_same=True)
    unmerge(sender.stores, decided.merge_id, by="ivan@example.com", now=NOW)
    merge(sender.stores, into_id=left, from_id=right, rule="by hand", evidence={}, now=NOW, ids=SeededIds(7))
    take_back(sender, decided)
    assert root_of(sender.stores, right) == left
    assert (pairs_to_review(sender.stores), decided_pairs(sender.stores)) == ([], [])


def test_a_mistaken_yes_keeps_nobody_apart_for_what_was_said_of_a_part_of_them(sender):
    numbers, people = known_people(sender)
    left, part, whole = numbers[:3]
    alike = [
        row | dict(zip(COLUMNS, KNOWN[0], strict=True)) if n < 3 else row for n, row in enumerate(people.to_pylist())
    ]
    run(sender, pa.Table.from_pylist(alike), automatic=1.1)
    decide(sender, left, part, is_same=False)
    merge(sender.stores, into_id=whole, from_id=part, rule="by hand", evidence={}, now=NOW, ids=SeededIds(4))
    take_back(sender, decide(sender, left, whole, is_same=True))
    assert sender.state_rows("select person_id from identity_apart") == []
    for phone in ("+79161000000", "+79161000002"):
        sender.send("identify", phone=phone, email="ivan@example.com")
    sender.resolve_all()
    assert root_of(sender.stores, left) == root_of(sender.stores, whole)
