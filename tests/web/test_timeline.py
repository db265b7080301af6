"""What events say is read in the visitor's language, as far as there are words for it."""

from omniloom import identity
from omniloom.core.event import Event, encode
from omniloom.worker import loop

SAID = {
    "ends_on": "2018-02-04", "path": "/sale", "until_noon": "2018-02-04T10:30:00Z", "sku": "2018-13-45",
}  # fmt: skip


def read(site, name, email, properties):
    """A customer's page as an English owner and a Russian operator read it, who did that one thing."""
    stores, now = site.platform.stores, site.platform.now()
    event = Event(
        source_id="s", message_id=email, type="track", name=name, received_at=now, occurred_at=now,
        identifiers={"email": email}, properties=properties,
    )  # fmt: skip
    stores.log.append([encode(event)])
    loop.catch_up(site.platform, None, loop.KNOWING)
    (who,) = identity.find(stores, email, "US")
    return [site.get(f"/customers/{who}", role=role).text for role in ("owner", "operator")]


def test_days_and_instants_are_written_as_the_visitor_writes_them(site):
    english, russian = read(site, "Mailing Planned", "reader@example.test", SAID)
    assert "until: 4 Feb 2018 · path: /sale · until_noon: 4 Feb 2018, 10:30 · sku: 2018-13-45" in english
    assert "до: 4 февр. 2018 · путь: /sale · until_noon: 4 февр. 2018, " in russian


def test_a_leaving_says_whose_messages_were_left_and_how(site):
    told = {"campaign": "Spring", "method": "unsubscribe page", "address": "a@b.test", "advertiser": "Corner Bakery"}
    english, russian = read(site, "Unsubscribed", "left@example.test", told)
    assert "in whose name: Corner Bakery · campaign: Spring · method: the page for leaving · address: " in english
    assert "от чьего имени: Corner Bakery · кампания: Spring · способ: страница отписки · адрес: " in russian


def test_messages_of_another_system_are_not_denied_where_none_was_sent_from_here(site):
    english, russian = read(site, "Message Sent", "posted@example.test", {"channel": "direct_mail"})
    assert "Direct mail" in english
    assert "No message was sent from here yet" in english
    assert "Отсюда сообщений ещё не отправляли" in russian
    assert "Сообщений нет" not in russian
