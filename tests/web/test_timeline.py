"""What events say is read in the visitor's language, as far as there are words for it."""

import pytest

from omniloom import identity, segments
from omniloom.core.event import Event, encode
from omniloom.web import marks
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


def test_calls_are_read_in_the_visitors_language(site):
    told = {
        "call_id": "c1", "channel": "call", "direction": "in", "virtual_number": "+13125550199", "agent": "Olga P.",
        "talk_s": 200, "wait_s": 9, "total_s": 209, "notification": "n",
    }  # fmt: skip
    english, russian = read(site, "Call Completed", "rang@example.test", told)
    assert "direction: incoming · talked: 3:20 · waited: 0:09 · agent: Olga P." in english
    assert "направление: входящий · разговор: 3:20 · ожидание: 0:09 · сотрудник: Olga P." in russian
    assert russian.count('"Звонок"') == 1, "not said again as its channel"
    english, russian = read(site, "Call Missed", "missed@example.test", {"direction": "sideways", "talk_s": "long"})
    assert "Call missed" in english
    assert "Пропущенный звонок" in russian
    assert "Call Missed" not in english + russian
    assert "direction: sideways · talked: long" in english


@pytest.mark.parametrize(("key", "title"), [
    ("loyalty_tier", "Loyalty tier"), ("loyaltyTier", "Loyalty tier"), ("VIP_status", "VIP status"), ("_", "_"),
    ("дата_визита", "Дата визита"), ("As written Here", "As written Here"), ("city2", "City2"), ("", ""),
])  # fmt: skip
def test_a_senders_key_is_made_readable(key, title):
    assert marks.readable(key) == title


def test_a_customers_traits_are_readable_and_their_keys_stand_behind(site):
    stores, now = site.platform.stores, site.platform.now()
    stores.log.append([encode(Event(
        source_id="s", message_id="tier-1", type="identify", received_at=now, occurred_at=now,
        identifiers={"email": "tier@example.test"}, traits={"loyalty_tier": "gold", "city": "Kazan"},
    ))])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    (who,) = identity.find(stores, "tier@example.test", "US")
    made = segments.create(
        stores,
        name="Gold tier",
        definition={
            "all": [{"trait": "loyalty_tier", "is": "gold"}, {"trait": "city", "is": "x"}, {"did": "Order Completed"}]
        },
        now=now,
        ids=site.platform.ids,
    )
    page = site.get(f"/customers/{who}", role="owner").text
    assert '"text":"Loyalty tier"' in page
    assert '"title":"loyalty_tier"' in page
    for path in ("/segments", f"/segments/{made.segment_id}"):
        english, russian = (site.get(path, role=role).text for role in ("owner", "viewer"))
        assert "“Loyalty tier” is gold and “City” is x and did “Order”" in english
        assert "«Loyalty tier» равно gold и «Город» равно x и было «Заказ»" in russian
        assert "Loyalty_tier is gold and city is x and did “Order Completed”" in english, "the key is seen by hover"


def test_messages_of_another_system_are_not_denied_where_none_was_sent_from_here(site):
    english, russian = read(site, "Message Sent", "posted@example.test", {"channel": "direct_mail"})
    assert "Direct mail" in english
    assert "No message was sent from here yet" in english
    assert "Отсюда сообщений ещё не отправляли" in russian
    assert "Сообщений нет" not in russian
