"""Who belongs to whom: households, families, and the companies people own or work for.

A relation is kept with the people it was said of, and shown by who they are now, so merges and their undoing need
nothing done. A company is its INN and a name.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.identity import members_of, root_of, roots_of, taxpayer_number
from omniloom.store import StateTx, Stores, query

_RELATIONS_OF = query(__file__, "relations_of")
_ADD = query(__file__, "add_relation")
_FORGET = query(__file__, "forget_relation")
_COMPANIES = query(__file__, "companies")
_COMPANY_PEOPLE = query(__file__, "company_people")
_LAST_COMPANY = query(__file__, "last_company")
_SAVE_COMPANY = query(__file__, "save_company")

TEXT_CHARS_MAX = 200

PERSONAL = {"household": "household", "spouse": "spouse", "child": "parent", "parent": "child", "relative": "relative"}
"""Relations of two people: what the other one is to this one -> what this one is to the other."""
CORPORATE = ("owner", "director", "employee", "contact")
"""What a person is to a company."""


class Tie(NamedTuple):
    """A relation as somebody states it: ``kind`` says what ``other_id`` is to the person, or the person to a company.

    ``since`` is a date (2024-05-01) or empty; ``source`` says where it is known from.
    """

    kind: str
    other_id: int = 0
    inn: str = ""
    company: str = ""
    role: str = ""
    since: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation as seen from a person: ``kind`` is what the other is to them, or they to the company."""

    relation_id: str
    kind: str
    other_id: int | None
    inn: str
    company: str
    role: str
    since: str
    source: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Company:
    """A company people belong to."""

    company_id: int
    inn: str
    name: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """One person of a company."""

    person_id: int
    kind: str
    role: str
    since: str


def relations_of(stores: Stores, person_id: int) -> list[Relation]:
    """All relations of a person, from either side, oldest first. Errors: Missing if there never was such a person."""
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        return _relations(tx, root_id)


def relate(stores: Stores, person_id: int, tie: Tie, *, by: str, now: datetime, ids: Ids) -> Relation:
    """Write a relation down, of the two who are named, whoever they are part of by now.

    Errors: Invalid names the field; Missing for a person who never was; Conflict if the relation is known.
    """
    role, source = _text(tie.role, "role"), _text(tie.source, "source")
    if tie.since and not _is_date(tie.since):
        raise Invalid(f"{tie.since!r} is no date", hint="such as 2024-05-01, or leave it out", field="since")
    with stores.state.write() as tx:
        roots = roots_of(tx, [one for one in (person_id, tie.other_id) if one])
        _check(tie, person_id, roots)
        company_id = _company(tx, tie, by=by, now=now) if tie.inn else None
        root_id, other_id = roots[person_id], roots.get(tie.other_id)
        for known in _relations(tx, root_id):
            if (known.kind, known.other_id, known.inn) == (tie.kind, other_id, _inn(tie) if tie.inn else ""):
                raise Conflict("this relation is known already", hint="remove it first, to change it")
        relation_id = ids.token()
        tx.run(
            _ADD, relation_id=relation_id, kind=tie.kind, person_id=person_id, other_id=tie.other_id or None,
            company_id=company_id, role=role, since=tie.since, source=source, created_at=now, created_by=by,
        )  # fmt: skip
        return next(known for known in _relations(tx, root_id) if known.relation_id == relation_id)


def unrelate(stores: Stores, relation_id: str) -> None:
    """Take a relation away. Errors: Missing if there is none."""
    with stores.state.write() as tx:
        if not tx.run(_FORGET, relation_id=relation_id):
            raise Missing("there is no such relation", hint="list the person's relations", relation_id=relation_id)


def companies(stores: Stores, *, rows_max: int) -> list[Company]:
    """The companies people belong to, by name."""
    with stores.state.read() as tx:
        return [Company(**row) for row in tx.rows(_COMPANIES, inn="", rows_max=rows_max)]


def company_people(stores: Stores, inn: str) -> tuple[Company, list[Belonging]]:
    """A company and its people. Errors: Missing if nobody belongs to it."""
    with stores.state.read() as tx:
        rows = tx.rows(_COMPANIES, inn=inn or "?", rows_max=1)
        people = [Belonging(**row) for row in tx.rows(_COMPANY_PEOPLE, inn=inn)]
    if not rows:
        raise Missing(f"there is no company with INN {inn}", hint="a company begins with its first relation", inn=inn)
    return Company(**rows[0]), people


def _relations(tx: StateTx, root_id: int) -> list[Relation]:
    found = []
    for row in tx.rows(_RELATIONS_OF, person_ids=members_of(tx, [root_id])[root_id]):
        is_mine, kind = row["person_id"] == root_id, str(row["kind"])
        other_id = row["other_id"] if is_mine else row["person_id"]
        if other_id == root_id:
            continue  # the two became one person
        found.append(
            Relation(
                row["relation_id"], kind if is_mine else PERSONAL.get(kind, kind), other_id,
                row["inn"] or "", row["company"] or "", row["role"], row["since"], row["source"],
                instant(row["created_at"]), row["created_by"],
            )
        )  # fmt: skip
    return found


def _check(tie: Tie, person_id: int, roots: dict[int, int]) -> None:
    if bool(tie.other_id) == bool(tie.inn):
        raise Invalid("a relation is to a person or to a company", hint="give other_id or inn", field="other_id")
    kinds = tuple(PERSONAL) if tie.other_id else CORPORATE
    if tie.kind not in kinds:
        raise Invalid(f"no such relation: {tie.kind!r}", hint=f"one of {', '.join(kinds)}", field="kind")
    for one in (person_id, tie.other_id):
        if one and one not in roots:
            raise Missing(f"no person {one}", hint="search for one by any identifier", person_id=one)
    if tie.other_id and roots[person_id] == roots[tie.other_id]:
        raise Invalid("these are one person", hint="choose somebody else", field="other_id")


def _company(tx: StateTx, tie: Tie, *, by: str, now: datetime) -> int:
    """The company of a relation, added if it is new; an empty name leaves the known one."""
    inn, name = _inn(tie), _text(tie.company, "company")
    known = tx.one(_COMPANIES, inn=inn, rows_max=1)
    if known is None or (name and name != known["name"]):
        company_id = (tx.one(_LAST_COMPANY) or {"company_id": 0})["company_id"] + 1
        tx.run(_SAVE_COMPANY, company_id=company_id, inn=inn, name=name or inn, created_at=now, created_by=by)
    return int((tx.one(_COMPANIES, inn=inn, rows_max=1) or {})["company_id"])


def _inn(tie: Tie) -> str:
    inn = taxpayer_number(tie.inn.strip())
    if not isinstance(inn, str):
        raise Invalid(f"{tie.inn!r} is no INN", hint="10 or 12 digits that check", field="inn")
    return inn


def _text(value: str, field: str) -> str:
    text = clean(value.strip(), field=field)
    if len(text) > TEXT_CHARS_MAX:
        raise Invalid(f"{field} is too long", hint=f"at most {TEXT_CHARS_MAX} characters", field=field)
    return text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2024-05-01")
