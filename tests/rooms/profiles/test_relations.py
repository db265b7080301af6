"""Relations follow merges and their undoing, read the same from both sides, and refuse what cannot be."""

import pytest

from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import SeededIds
from omniloom.identity import merge, unmerge
from omniloom.profiles import Tie, companies, company_people, relate, relations_of, unrelate

from .conftest import NOW, Teller

INN = "7707083893"


@pytest.fixture
def family(teller: Teller) -> Teller:
    for who in ("mother", "child", "father"):
        teller.tell("identify", user_id=who, traits={"name": who})
    teller.tell("identify", card="7700112233", traits={"name": "mother's card"})
    teller.settle()
    return teller


def seen(teller: Teller, person_id: int) -> list[tuple[str, int | None, str]]:
    return [(one.kind, one.other_id, one.inn) for one in relations_of(teller.stores, person_id)]


def tie(teller: Teller, person_id: int, seed: int = 1, **said: str | int) -> str:
    made = relate(teller.stores, person_id, Tie(**said), by="Vera", now=NOW, ids=SeededIds(seed))  # type: ignore[arg-type]
    return made.relation_id


def test_a_relation_reads_from_both_sides_and_can_be_taken_away(family: Teller) -> None:
    relation_id = tie(family, 1, kind="child", other_id=2, since="2020-02-29", source="a form")
    assert seen(family, 1) == [("child", 2, "")]
    assert seen(family, 2) == [("parent", 1, "")]
    with pytest.raises(Conflict):
        tie(family, 2, seed=2, kind="parent", other_id=1)
    unrelate(family.stores, relation_id)
    assert (seen(family, 1), seen(family, 2)) == ([], [])
    with pytest.raises(Missing):
        unrelate(family.stores, relation_id)


def test_relations_follow_a_merge_and_its_undoing(family: Teller) -> None:
    tie(family, 4, kind="household", other_id=3)
    tie(family, 1, seed=2, kind="spouse", other_id=4)
    merge_id = merge(family.stores, into_id=1, from_id=4, rule="by hand", evidence={}, now=NOW, ids=SeededIds(3))
    assert seen(family, 1) == [("household", 3, "")], "nobody is married to herself"
    assert seen(family, 3) == [("household", 1, "")]
    unmerge(family.stores, merge_id, by="Vera", now=NOW)
    assert seen(family, 1) == [("spouse", 4, "")]
    assert seen(family, 3) == [("household", 4, "")]


def test_a_relation_said_of_a_merged_person_is_theirs_once_they_are_parted(family: Teller) -> None:
    merge_id = merge(family.stores, into_id=1, from_id=4, rule="by hand", evidence={}, now=NOW, ids=SeededIds(3))
    tie(family, 4, kind="spouse", other_id=3)
    tie(family, 2, seed=2, kind="household", other_id=4)
    tie(family, 4, seed=4, kind="owner", inn=INN)
    said = {("spouse", 3, ""), ("household", 2, ""), ("owner", None, INN)}
    assert set(seen(family, 1)) == set(seen(family, 4)) == said
    with pytest.raises(Conflict):
        tie(family, 1, seed=5, kind="spouse", other_id=3)
    unmerge(family.stores, merge_id, by="Vera", now=NOW)
    assert seen(family, 1) == []
    assert set(seen(family, 4)) == said
    assert seen(family, 2) == [("household", 4, "")]


def test_a_company_begins_with_its_first_relation_and_knows_its_people(family: Teller) -> None:
    tie(family, 1, kind="owner", inn=INN, company="Ромашка", role="founder")
    tie(family, 3, seed=2, kind="employee", inn=INN)
    assert [(one.inn, one.name) for one in companies(family.stores, rows_max=5)] == [(INN, "Ромашка")]
    company, people = company_people(family.stores, INN)
    assert (company.name, [(one.person_id, one.kind) for one in people]) == ("Ромашка", [(3, "employee"), (1, "owner")])
    with pytest.raises(Missing):
        company_people(family.stores, "")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "child"}, "other_id"),
        ({"kind": "child", "other_id": 2, "inn": INN}, "other_id"),
        ({"kind": "owner", "other_id": 2}, "kind"),
        ({"kind": "child", "inn": INN}, "kind"),
        ({"kind": "child", "other_id": 1}, "other_id"),
        ({"kind": "owner", "inn": "7707083894"}, "inn"),
        ({"kind": "child", "other_id": 2, "since": "yesterday"}, "since"),
        ({"kind": "child", "other_id": 2, "role": "x" * 201}, "role"),
    ],
)
def test_what_cannot_be_names_the_field(family: Teller, said: dict[str, str | int], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        tie(family, 1, **said)
    assert caught.value.facts["field"] == field
    assert seen(family, 1) == []


def test_nobody_is_related_to_a_person_who_never_was(family: Teller) -> None:
    with pytest.raises(Missing):
        tie(family, 1, kind="child", other_id=99)
