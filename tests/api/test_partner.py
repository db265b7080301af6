"""Leaving a partner's message over HTTP: one click leaves the partner's, the page's second button everything."""

import pytest
from tests.api.test_public import Door, Rooms, door, is_ticked  # noqa: F401 - a fixture

from omniloom import profiles
from omniloom.store.sql import parse_state

PARTNER = "<b>Bakery & {sons}</b>"
SHOWN = "&lt;b&gt;Bakery &amp; {sons}&lt;/b&gt;"
IN_ITS_NAME = (
    "update messaging_mailing set advertiser = :advertiser",
    (
        "insert into profiles_consent (person_id, advertiser, channel, purpose, is_given, occurred_at, message_id)"
        " values (1, :advertiser, 'email', 'marketing', 1, 1, 'p')"
    ),
)


@pytest.fixture
def partner(door: Door) -> Door:  # noqa: F811
    """The message came in a partner's name, to whom the person agreed as well."""
    with door.stores.state.write() as tx:
        for text in IN_ITS_NAME:
            tx.run(parse_state("t", text), advertiser=PARTNER)
    return door


def withdrawn(door: Door) -> list[tuple[str, str]]:  # noqa: F811
    lines = profiles.consent_history(door.stores, 1)
    return sorted((line.advertiser, line.method) for line in lines if not line.is_given)


@pytest.mark.parametrize(("language", "asked", "left", "second"), [
    ("en", f"Unsubscribe from {SHOWN}", f"Done: we send nothing more from {SHOWN}", "Leave everything"),
    ("ru", f"Отписаться: {SHOWN}", f"больше ничего не придёт от имени: {SHOWN}", "Отписаться от всего"),
])  # fmt: skip
def test_the_page_leaves_the_partner_and_offers_to_leave_everything(
    partner: Door, language: str, asked: str, left: str, second: str
) -> None:
    path = f"{partner.path('u')}?language={language}"
    for _ in range(2):
        page = partner.client.get(path).text
        assert asked in page
        assert second in page
    assert not partner.is_suppressed(), "looking leaves nothing"
    page = partner.client.post(path).text
    assert left in page
    assert second in page
    assert withdrawn(partner) == [(PARTNER, "unsubscribe page")]
    page = partner.client.post(path, data={"everything": "yes"}).text
    assert left not in page
    assert second not in page
    assert withdrawn(partner) == [("", "unsubscribe page"), (PARTNER, "unsubscribe page")]
    assert asked not in partner.client.get(path).text


def test_one_click_from_the_mail_program_leaves_the_partner_alone(partner: Door) -> None:
    assert partner.client.post(partner.path("u"), data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert withdrawn(partner) == [(PARTNER, "one-click")]
    (event,) = partner.events("Unsubscribed")
    assert event.properties["advertiser"] == PARTNER


def test_our_own_message_has_one_button_that_leaves_everything(door: Door) -> None:  # noqa: F811
    page = door.client.get(door.path("u")).text
    assert page.count("<button") == 1
    assert "Leave everything" not in page
    assert door.client.post(door.path("u")).text.count("<button") == 0


def test_the_preference_centre_says_whose_messages_it_is_about(partner: Door) -> None:
    page = partner.client.get(partner.path("p")).text
    assert f"This is about messages in the name of {SHOWN}." in page
    assert f"I agree to get marketing messages from {SHOWN}" in page
    everything = partner.path("p").replace("/p/", "/u/", 1)
    assert everything in page
    assert "Leave everything" in partner.client.get(everything).text
    assert is_ticked(page)
    partner.client.post(partner.path("p"), data={"spoken": "ru"})
    assert withdrawn(partner) == [(PARTNER, "preference page")]
    assert partner.is_suppressed()
    partner.client.post(partner.path("p"), data={"channel": "email", "spoken": "ru"})
    newest = profiles.consent_history(partner.stores, 1)[0]
    assert (newest.advertiser, newest.is_given) == (PARTNER, True)
    assert newest.wording == f"Я согласен(на) получать рекламные сообщения ({PARTNER}) по отмеченным выше каналам."
    assert not partner.is_suppressed()
