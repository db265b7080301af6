"""Detaching an identifier over the management API: in any spelling, by whoever may, with errors that name the field."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.test_matching import asking

from omniloom import identity
from omniloom.access import Role
from omniloom.app import Platform, open_platform
from omniloom.core.event import Event, encode
from omniloom.store.sql import parse_state
from omniloom.worker import loop

PHONE = "+79161234567"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Anna (1), known by a customer id and a phone, and Boris (2), known by an e-mail."""
    opened = open_platform(tmp_path / "data", environ={})
    now = opened.now()
    opened.stores.log.append([
        encode(Event(source_id="s", message_id=str(n), type="identify", occurred_at=now, received_at=now,
                     identifiers=identifiers))
        for n, identifiers in enumerate([{"user_id": "anna", "phone": PHONE}, {"email": "b@x.test"}])
    ])  # fmt: skip
    loop.catch_up(opened, None, loop.KNOWING)
    yield opened
    opened.close()


def test_an_identifier_is_detached_in_any_spelling_and_attached_again_by_a_merge(platform: Platform) -> None:
    call = asking(platform, Role.OPERATOR)
    done = call("POST", "/people/1/detach", kind="phone", value="8 (916) 123-45-67", note="her sister's").json()
    assert done == {"person_id": 1, "own_id": 3, "takes_history": False}
    assert identity.find(platform.stores, PHONE, "RU") == [3]
    person = call("GET", "/people/1").json()["person"]
    assert [(one["kind"], one["is_shared"]) for one in person["identifiers"]] == [("user_id", False)]
    for person_id in (1, 3):
        (line,) = call("GET", f"/people/{person_id}/merges").json()["merges"]
        assert (line["rule"], line["from_id"], line["into_id"]) == ("detach", 3, 1)
        assert line["evidence"]["detached"] == "her sister's"
        assert line["undone_by"] == line["evidence"]["by"] == "operator"
    assert call("POST", "/people/1/merge", other_id=3).status_code == 201
    assert identity.find(platform.stores, PHONE, "RU") == [1]


@pytest.mark.parametrize(
    ("person_id", "kind", "value", "status", "told"),
    [
        (1, "phone", "+79160000000", 404, "value: nobody has the phone"),
        (1, "phone", "not a number", 422, "value: "),
        (1, "fax", PHONE, 422, "kind: no kind 'fax'"),
        (1, "email", "b@x.test", 409, "another customer's"),
        (2, "email", "b@x.test", 409, "known by nothing else"),
        (99, "phone", PHONE, 404, "no person 99"),
    ],
)
def test_what_cannot_be_detached_is_told_by_its_field(
    platform: Platform, person_id: int, kind: str, value: str, status: int, told: str
) -> None:
    answer = asking(platform, Role.OWNER)("POST", f"/people/{person_id}/detach", kind=kind, value=value)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


def test_a_value_that_would_not_be_taken_today_is_detached_as_it_is_stored(platform: Platform) -> None:
    nobodys = "+79999999999"
    with platform.stores.state.write() as tx:
        tx.run(parse_state("t", "update identity_identifier set value = :to where value = :value"), to=nobodys,
               value=PHONE)  # fmt: skip
    call = asking(platform, Role.OPERATOR)
    assert call("POST", "/people/1/detach", kind="phone", value="8 999 999-99-99").status_code == 422
    done = call("POST", "/people/1/detach", kind="phone", value=nobodys)
    assert (done.status_code, done.json()["own_id"]) == (200, 3), done.text


def test_who_may_only_look_may_not_detach(platform: Platform) -> None:
    for role in (Role.VIEWER, Role.ANALYST):
        assert asking(platform, role)("POST", "/people/1/detach", kind="phone", value=PHONE).status_code == 403
    assert identity.find(platform.stores, PHONE, "RU") == [1]
