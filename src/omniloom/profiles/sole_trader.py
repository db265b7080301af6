"""A sole trader's company is a person: its INN is theirs, its name is their name. It goes when they are erased."""

import re
from collections.abc import Iterable, Sequence

from omniloom.store import StateTx, query

_OWNED = query(__file__, "companies_owned")
_FORGET_RELATIONS = query(__file__, "forget_company_relations")
_FORGET_COMPANIES = query(__file__, "forget_companies")
_OF_PERSON = re.compile(r"\d{12}")  # a company's has ten figures
_CALLED = re.compile(r"[\W_]*(?:ип|ip|индивидуальн\w+ предпринимател\w+|самозанят\w+|sole trader)\b", re.IGNORECASE)


def is_sole_trader(inn: str, name: str) -> bool:
    """Whether a company is one person, by its INN or by what it is called."""
    return _OF_PERSON.fullmatch(inn) is not None or _CALLED.match(name) is not None


def forget_sole_traders(tx: StateTx, people: Sequence[int], values: Iterable[str]) -> int:
    """Forget the companies that are these people, with whatever relations to them; how many.

    One is theirs by their own INN (among ``values``), or as its only owners. Companies that are nobody stay.
    """
    inns = {value for value in values if value.isdecimal()}
    rows = tx.rows(_OWNED, people=list(people), inns=sorted(inns))
    gone = [row["company_id"] for row in rows
            if row["inn"] in inns or (is_sole_trader(row["inn"], row["name"]) and not row["others"])]  # fmt: skip
    if gone:
        tx.run(_FORGET_RELATIONS, company_ids=gone)
        tx.run(_FORGET_COMPANIES, company_ids=gone)
    return len(gone)
