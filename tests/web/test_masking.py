"""Pages about people show whom one looks at only to those who need it."""

import pytest

from omniloom import identity
from omniloom.core.event import Event, encode
from omniloom.messaging import voice
from omniloom.worker import loop

MAIL, PHONE, NAME = "zinaida.word@example.test", "+12025550187", "Zinaida"
SECRETS = ("zinaida.word", "2025550187", NAME, "203.0.113.99")


@pytest.fixture
def customer(site):
    """Somebody merged of two, with a name, a consent and what shows it."""
    stores, now = site.platform.stores, site.platform.now()
    said = [
        {"identifiers": {"email": MAIL}, "traits": {"name": NAME, "address": {"street": f"{NAME} street"}}},
        {"identifiers": {"phone": PHONE}, "traits": {"first_name": NAME}},
        {"identifiers": {"email": MAIL, "phone": PHONE}, "traits": {"name": f"{NAME} W"}},
    ]
    stores.log.append([
        encode(Event(source_id="s", message_id=f"mask{n}", type="identify", occurred_at=now, received_at=now, **one))
        for n, one in enumerate(said)
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    found = identity.find(stores, MAIL, "US")[0]
    word = voice.Word(channel="email", is_given=True, method="till", wording="Yes")
    visitor = voice.Visitor("203.0.113.99", "x")
    voice.take_consent(stores, found, word, by="a", now=now, ids=site.platform.ids, visitor=visitor)
    return found


@pytest.mark.parametrize("role", ["viewer", "analyst"])
@pytest.mark.parametrize("path", ["", "?tab=golden", "?tab=identity", "?tab=messages"])
def test_a_customers_page_names_nobody_to_whom_need_not_know(site, customer, role, path):
    address = f"/customers/{customer}{path}"
    assert NAME in site.get(address, role="operator").text
    page = site.get(address, role=role)
    assert page.status_code == 200
    assert [secret for secret in SECRETS if secret in page.text] == []
    assert "consent-proof" not in page.text


@pytest.mark.parametrize("path", ["/", "/customers", "/duplicates", "/consents?tab=requests"])
def test_neither_do_the_lists(site, customer, path):
    page = site.get(path, role="viewer")
    assert page.status_code == 200
    assert customer
    assert [secret for secret in SECRETS if secret in page.text] == []
