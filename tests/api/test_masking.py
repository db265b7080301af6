"""Roles that need not know whom they look at get no address, number or name from any route, however it is called."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import canary
from tests.api.test_manage import Caller
from tests.canary import CANARY, KNOWN, MAIL, NAME

from omniloom import access, api, collect, privacy
from omniloom.access import PUBLIC, Role
from omniloom.api import server
from omniloom.api.door import permission_of
from omniloom.app import Platform, open_platform
from omniloom.privacy import Sight

MASKED = (Role.VIEWER, Role.ANALYST)
QUERIES = {"/people": {"q": MAIL}, "/arriving/{source_id}": {"type": "identify"}}
ASKED = {
    "/plans/check": {"definition": {"name": "x"}, "items": [{"type": "identify", "userId": "u", "traits": {"a": 1}}]},
    "/plans/draft": {"name": "Draft"}, "/segments/preview": {"definition": {"trait": "loyalty_level", "is": "gold"}},
}  # fmt: skip
"""What is asked by POST though nothing changes."""
TELL = 14
"""So many routes at least tell of the customer to who may see them: the canaries are in place."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    opened = open_platform(tmp_path_factory.mktemp("masking"), environ={})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def known(platform: Platform) -> dict[str, str]:
    return canary.fill(platform)


@pytest.fixture(scope="module")
def ask(platform: Platform, known: dict[str, str]) -> Any:
    caller = Caller(api.build(platform))
    tokens = {
        role: access.create_token(platform.stores, name=f"t-{role}", role=role, now=platform.now()) for role in Role
    }

    def call(role: Role, path: str, method: str = "GET", **options: Any) -> Any:
        headers = {"authorization": f"Bearer {tokens[role]}"}
        return caller.request(method, "/api/v1" + re.sub(r"\{(\w+)\}", partial(_known, known), path), headers=headers,
                              **options)  # fmt: skip

    return call


def _known(known: dict[str, str], found: re.Match[str]) -> str:
    return known.get(found[1], "x")


def _routes(platform: Platform) -> Iterator[tuple[str, str]]:
    """(method, path) of every route that only reads, and needs a sign-in."""
    for route in server.routes_of(api.build(platform)):
        path = route.path.removeprefix("/api/v1")
        if route.path.startswith("/api/v1") and permission_of(route.endpoint) is not PUBLIC:
            yield from ((method, path) for method in route.methods if method == "GET" or path in ASKED)


def _text(answer: Any) -> str:
    """What an answer says, whatever way its characters are written."""
    text: str = answer.content.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def test_no_route_names_the_customer_to_a_viewer_or_an_analyst(platform: Platform, ask: Any) -> None:
    told, found = set(), []
    for method, path in _routes(platform):
        options = {"params": QUERIES.get(path, {})} if method == "GET" else {"json": ASKED[path]}
        if CANARY.search(_text(ask(Role.OWNER, path, method, **options))):
            told.add(path)
        for role in MASKED:
            answer = ask(role, path, method, **options)
            assert answer.status_code < 500, (path, answer.text)
            found += [
                (str(role), path, _text(answer)[max(0, n.start() - 60) : n.end() + 30])
                for n in CANARY.finditer(_text(answer))
            ]
    assert found == [], "\n".join(map(str, found))
    assert len(told) >= TELL, sorted(told)


def test_what_is_harmless_stays_readable(ask: Any) -> None:
    for path in ("/people/{person_id}", "/people/{person_id}/golden", "/people/{person_id}/timeline"):
        for role in MASKED:
            text = _text(ask(role, path))
            assert [word for word in KNOWN if word not in text] == [], path


def test_a_preview_is_made_of_what_its_reader_sees(ask: Any) -> None:
    path = "/campaigns/{campaign}/preview/{person_id}"
    assert NAME in _text(ask(Role.OPERATOR, "/people/{person_id}"))
    shown = _text(ask(Role.MARKETER, path))
    assert NAME in shown
    assert "a bird" in shown
    for role in MASKED:
        message = ask(role, path).json()["messages"][0]
        assert message["address"] == "k***@example.test"
        assert "К***" in message["subject"]
        assert "a bird" not in message["subject"], "a template cannot ask for what is masked either"


def test_what_a_plan_calls_sensitive_is_for_owners_and_operators(ask: Any) -> None:
    for path in ("/people/{person_id}", "/people/{person_id}/golden", "/people/{person_id}/timeline"):
        for role in (Role.OWNER, Role.OPERATOR):
            assert "kanareitis" in _text(ask(role, path))
        marketer = _text(ask(Role.MARKETER, path))
        assert "kanareitis" not in marketer
        assert NAME in marketer
    assert "kanareitis" not in _text(ask(Role.MARKETER, "/campaigns/{campaign}/preview/{person_id}"))
    copies = {role: _text(ask(role, "/people/{person_id}/export")) for role in (Role.OPERATOR, Role.MARKETER)}
    assert "kanareitis" in copies[Role.OPERATOR]
    assert "kanareitis" not in copies[Role.MARKETER]
    assert NAME in copies[Role.MARKETER]


@pytest.mark.parametrize("role", MASKED)
@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"trait": "name", "contains": "Кан"}, "name"), ({"trait": "zzz", "is": "x"}, "zzz"),
        ({"trait": "level", "is": "kanar-secret"}, "level"), ({"trait": "qq", "at_least": 79165550000}, "qq"),
        ({"not": {"any": [{"trait": "fio", "contains": "К"}]}}, "fio"),
        ({"did": "Order Completed", "where": {"recipient": {"contains": "К"}}}, "recipient"),
        ({"trait": "diagnosis", "exists": True}, "diagnosis"),
    ],
)  # fmt: skip
def test_nobody_asks_by_what_they_may_not_see(ask: Any, role: Role, definition: Any, field: str) -> None:
    answer = ask(role, "/segments/preview", "POST", json={"definition": definition})
    assert (answer.status_code, answer.json()["code"]) == (403, "hidden_field"), answer.text
    assert answer.json()["facts"]["field"] == field
    assert field in answer.json()["detail"]
    assert ask(Role.OWNER, "/segments/preview", "POST", json={"definition": definition}).status_code == 200


@pytest.mark.parametrize("role", MASKED)
@pytest.mark.parametrize(
    "definition",
    [
        {"trait": "loyalty_level", "is": "gold"}, {"trait": "points", "at_least": 1000},
        {"trait": "name", "exists": True},
        {"did": "Order Completed", "where": {"revenue": {"at_least": 5}}},
    ],
)  # fmt: skip
def test_harmless_fields_can_be_asked_by(ask: Any, role: Role, definition: Any) -> None:
    answer = ask(role, "/segments/preview", "POST", json={"definition": definition})
    assert answer.status_code == 200, answer.text
    assert answer.json()["count"] >= 1


def test_an_analyst_saves_no_segment_of_hidden_fields(ask: Any) -> None:
    body = {"name": "Peek", "definition": {"trait": "name", "contains": "К"}}
    assert ask(Role.ANALYST, "/segments", "POST", json=body).status_code == 403
    assert (
        ask(
            Role.MARKETER, "/segments", "POST", json={**body, "definition": {"trait": "diagnosis", "is": "x"}}
        ).status_code
        == 403
    )


def test_refused_items_are_not_searched_by_who_does_not_see_them(ask: Any) -> None:
    for path in ("/dead-letters", "/dead-letters/counts"):
        answer = ask(Role.ANALYST, path, params={"text": "Канар"})
        assert (answer.status_code, answer.json()["facts"]["field"]) == (403, "text")
        assert ask(Role.OWNER, path, params={"text": "Канар"}).status_code == 200


@pytest.mark.parametrize("role", MASKED)
def test_the_proof_of_consents_is_for_those_who_may_see_people(ask: Any, role: Role) -> None:
    assert ask(role, "/people/{person_id}/consent-proof").status_code == 403
    assert ask(Role.OPERATOR, "/people/{person_id}/consent-proof").status_code == 200


HIDDEN_WORDS = {
    "blood_group": "II+", "hiv_status": "positive", "disability_group": "I", "pregnancy_week": 12, "hivStatus": "x",
    "diagnosis_code": "B20", "sms_code": "4821", "door_code": "38K7", "entry_code": "12", "code": "4821",
    "lock_code": 77, "reason": "absent, says Ivanova", "list": ["Ivan Petrov", "Anna"],
    "employment_status": "dismissed", "credit_class": "bad", "family_list": ["Ivan"],
    "код": "4821", "группа_крови": "II", "диагноз": "x",
}  # fmt: skip
SHOWN_WORDS = {
    "order_status": "paid", "payment_method_type": "cash", "delivery_date": "2026-05-01", "product_category": "shoes",
    "categories": ["shoes", "hats"], "country_code": "RU", "currencyCode": "RUB", "return_reason": "too small",
    "loyalty_level": "gold", "status": "new", "signup_date": "2026-01-02", "customer_type": "retail",
    "promo_code": "A1", "utm_content_group": "x", "order_week": 12,
}  # fmt: skip


def test_a_general_word_is_harmless_only_of_a_known_thing() -> None:
    sight = Sight(sees_whom=False, sees_sensitive=False, classes=collect.UNPLANNED)
    seen = sight.of(HIDDEN_WORDS, is_person=True)
    assert [key for key, value in HIDDEN_WORDS.items() if seen[key] == value] == []
    assert "Ivan" not in json.dumps(seen)
    shown = sight.of(SHOWN_WORDS, is_person=True)
    assert [key for key, value in SHOWN_WORDS.items() if shown[key] != value] == []


VALUES = st.recursive(
    st.text(max_size=30) | st.integers() | st.booleans() | st.none()
    | st.sampled_from([MAIL, NAME, "+7 916 555-01-43", "03.04.1980", 19800403, "1980-04-03", "8.916.555.01.43"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(traits=st.dictionaries(st.sampled_from(["zzz", "имя", "Name", "likes", "city", "x"]), VALUES, max_size=4))
def test_what_is_masked_twice_is_masked_once(traits: dict[str, Any]) -> None:
    sight = Sight(sees_whom=False, sees_sensitive=False, classes=collect.UNPLANNED)
    once = sight.of(traits, is_person=True)
    assert sight.of(once, is_person=True) == once
    assert not CANARY.search(json.dumps(once, ensure_ascii=False))


def test_whoever_sees_all_gets_the_very_same(platform: Platform) -> None:
    value = {"traits": {"name": NAME}}
    assert privacy.sight(platform.stores, sees_whom=True, sees_sensitive=True).of(value) is value
