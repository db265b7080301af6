"""Roles that need not know whom they look at get no address, number or name from any route or page about people."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.test_manage import Caller

from omniloom import access, api, identity, profiles
from omniloom.access import Role
from omniloom.app import Platform, open_platform
from omniloom.core.event import Event, encode
from omniloom.messaging import voice
from omniloom.privacy import masked
from omniloom.worker import loop

MAIL, PHONE, NAME, INN = "taisia.secret@example.test", "+12025550143", "Taisia", "7707083893"
SECRETS = (MAIL, "taisia.secret", PHONE, "2025550143", NAME, "203.0.113.77", INN, "deviceword")
ROUTES = [
    "/people/{id}", "/people?q=" + MAIL.replace("@", "%40"), "/people/{id}/golden", "/people/{id}/graph",
    "/people/{id}/merges", "/people/{id}/consents", "/people/{id}/timeline", "/people/{id}/relations", "/companies",
    "/companies/" + INN, "/identity/pairs", "/privacy-requests",
]  # fmt: skip


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    opened = open_platform(tmp_path_factory.mktemp("masking"), environ={})
    now = opened.now()
    traits = {"first_name": NAME, "email": MAIL, "address": {"street": f"{NAME} street"}}
    said: list[dict[str, Any]] = [
        {"identifiers": {"email": MAIL}, "traits": traits},
        {"identifiers": {"phone": PHONE}, "traits": {"first_name": NAME, "surname": NAME}},
        {"identifiers": {"email": MAIL, "phone": PHONE}, "traits": {"first_name": f"{NAME}2"}},
        {"identifiers": {"email": "b" + MAIL}, "traits": traits},
    ]
    opened.stores.log.append([
        encode(Event(source_id="s", message_id=f"m{n}", type="identify", occurred_at=now, received_at=now, **one))
        for n, one in enumerate(said)
    ])  # fmt: skip
    loop.catch_up(opened, None, loop.KNOWING)
    fill(opened)
    yield opened
    opened.close()


def fill(opened: Platform) -> None:
    """A consent with evidence, a company, an open pair, a request."""
    stores, now = opened.stores, opened.now()
    person, other = (identity.find(stores, value, "US")[0] for value in (MAIL, "b" + MAIL))
    evidence = {"mail": MAIL, "phone": PHONE, "asked": NAME}
    word = voice.Word(channel="email", is_given=True, method="till", wording="Yes", evidence=evidence)
    visitor = voice.Visitor("203.0.113.77", "deviceword")
    voice.take_consent(stores, person, word, by="a", now=now, ids=opened.ids, visitor=visitor)
    tie = profiles.Tie(kind="owner", inn=INN, company="Shop")
    profiles.relate(stores, person, tie, by="a", now=now, ids=opened.ids)
    pair = identity.Pair(*sorted((person, other)), 0.9, [], identity.PairStatus.OPEN, None)
    with stores.state.write() as tx:
        identity.review.Settling(now, opened.ids, automatic=1.0).settle(tx, [(pair, False)])
        profiles.ask_privacy(tx, person, profiles.PrivacyKind.EXPORT, method="page", ip="203.0.113.77",
                             user_agent="deviceword", now=now, ids=opened.ids)  # fmt: skip


@pytest.fixture(scope="module")
def ask(platform: Platform) -> Any:
    caller = Caller(api.build(platform))
    tokens = {
        role: access.create_token(platform.stores, name=f"t-{role}", role=role, now=platform.now()) for role in Role
    }
    person = identity.find(platform.stores, MAIL, "US")[0]

    def call(role: Role, path: str) -> Any:
        headers = {"authorization": f"Bearer {tokens[role]}"}
        return caller.get("/api/v1" + path.replace("{id}", str(person)), headers=headers)

    return call


@pytest.mark.parametrize("path", ROUTES)
def test_a_viewer_and_an_analyst_see_nobodys_address_number_or_name(ask: Any, path: str) -> None:
    whole = ask(Role.OWNER, path)
    assert whole.status_code == 200, whole.text
    assert any(secret in whole.text for secret in SECRETS), "the owner sees whom they look at"
    for role in (Role.VIEWER, Role.ANALYST):
        shown = ask(role, path)
        assert shown.status_code == 200, shown.text
        assert [secret for secret in SECRETS if secret in shown.text and secret not in path] == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_the_proof_of_consents_is_for_those_who_may_see_people(ask: Any, role: Role) -> None:
    assert ask(role, "/people/{id}/consent-proof").status_code == 403
    assert ask(Role.OPERATOR, "/people/{id}/consent-proof").status_code == 200


@pytest.mark.parametrize("value", ["@taisia", f'{{"a": "{MAIL}", "b": "{PHONE} {NAME}"}}', MAIL, PHONE, NAME])
def test_no_shape_of_a_personal_text_gives_it_away(value: str) -> None:
    shown = masked({"evidence": value, "telegram": value})
    assert not any(secret in str(shown) for secret in ("taisia", PHONE, NAME, MAIL))
