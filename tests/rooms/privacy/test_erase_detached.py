"""Erasing somebody from whom an identifier was detached: the one who has it by now loses nothing, and the reverse."""

from datetime import timedelta
from typing import Any

from tests.rooms.privacy.test_erase import REGION, erase, finish

from omniloom import identity, profiles
from omniloom.core.ids import SeededIds

PHONE, MAIL = "+12025550177", "anna@example.test"


def detached(company: Any) -> tuple[int, int]:
    """Anna, and whose her sister's phone is since."""
    company.tell("identify", identifiers={"user_id": "anna-7", "email": MAIL, "phone": PHONE}, traits={"city": "Riga"})
    company.resolve()
    anna = identity.find(company.stores, MAIL, REGION)[0]
    done = identity.detach(
        company.stores,
        anna,
        ("phone", PHONE),
        by="olga",
        now=company.clock.now(),
        ids=SeededIds(7),
        note="her sister's",
    )
    company.tell("identify", identifiers={"phone": PHONE}, traits={"city": "Oslo"})
    company.resolve()
    return anna, done.own_id


def test_the_owner_of_a_detached_phone_is_not_erased_with_whom_it_was_taken_from(company: Any) -> None:
    anna, sister = detached(company)
    erase(company.stores, anna, company.clock.now())
    finish(company)
    assert identity.find(company.stores, MAIL, REGION) == []
    assert identity.find(company.stores, PHONE, REGION) == [sister]
    company.clock.advance(timedelta(minutes=5))
    company.tell("identify", identifiers={"phone": PHONE}, traits={"city": "Bergen"})
    company.resolve()
    assert profiles.person(company.stores, sister).city == "Bergen"
    assert profiles.merge_journal(company.stores, sister) == []


def test_whom_a_phone_was_taken_from_is_not_erased_with_its_owner(company: Any) -> None:
    anna, sister = detached(company)
    erase(company.stores, sister, company.clock.now())
    finish(company)
    assert identity.find(company.stores, PHONE, REGION) == []
    assert profiles.person(company.stores, anna).city == "Riga"
    assert all(PHONE not in str(line) for line in profiles.merge_journal(company.stores, anna))
