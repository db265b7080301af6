"""A customer whose every text is a canary: whoever may not see whom they look at must meet none of them anywhere."""

import json
import re
from typing import Any

from omniloom import collect, identity, journeys, messaging, privacy, profiles, segments
from omniloom.app import Platform
from omniloom.collect import Refusal, encode_refusal
from omniloom.core.event import Event, encode
from omniloom.messaging import voice
from omniloom.worker import loop

CANARY = re.compile(
    r"канар|kanar|9165550|916[. ]555|03\.04\.1980|1980-04-03|19800403|4510 ?123|203\.0\.113\.77", re.IGNORECASE
)
MAIL, PHONE, TRADER = "kanareika@example.test", "+79165550143", "500100732259"
NAME, STREET = "Канарейкина", "ул. Канареечная, 5"
KEYS = (
    "name", "first_name", "last_name", "given_name", "family_name", "middle_name", "full_name", "имя", "фамилия",
    "отчество", "фио", "fio", "контакт", "contact_name", "recipient", "получатель", "login", "instagram", "company",
    "comment", "nickname", "Ближайший родственник", "zzz", "title", "city_of_birth", "motherMaidenName", "x-y-z",
)  # fmt: skip
PLACES = (
    "delivery_address", "home_address", "address_line1", "адрес", "адрес доставки", "Адрес_доставки", "shipTo", "city",
    "куда",
)  # fmt: skip
TRAITS: dict[str, Any] = {
    **dict.fromkeys(KEYS, f"{NAME} Таисия"), **dict.fromkeys(PLACES, f"Казань, {STREET}"),
    "tel": 79165550143, "qq": 79165550143, "phone_text": "8.916.555.01.43", "born_on": "03.04.1980",
    "dob": "1980-04-03",
    "день": "03.04.1980", "bb": 19800403, "passport_number": "4510 123456", "паспорт": "4510123456",
    "address": {"street": STREET, "city": "Казань", "deep": {"er": [STREET, {"who": NAME}]}},
    "children": [{"name": NAME, "born": "1980-04-03"}], "diagnosis": "kanareitis", "level": "kanar-secret",
    f"likes {MAIL}": True, "favourite_city": "Казань", "loyalty_level": "gold", "points": 1200,
}  # fmt: skip
KNOWN = ("Казань", "gold", "1200")
"""What those who are masked still work with."""
PLAN = {
    "name": "Canary", "sources": ["canary"],
    "events": [{"type": "identify", "fields": [
        {"path": "traits.diagnosis", "type": "text", "pii": "sensitive"},
        {"path": "traits.level", "type": "text", "pii": "identifier"},
    ]}],
}  # fmt: skip
EVERY_FIELD = (
    "{{ person.name }} {{ person.email }} {{ person.phone }} {% for one in person %}{{ one[1] }} {% endfor %}"
    "{% if person.fio contains 'арей' %}a bird{% endif %}"
)
SEGMENT = {"all": [{"trait": "fio", "contains": NAME}, {"trait": "loyalty_level", "is": "gold"}]}


def fill(platform: Platform) -> dict[str, str]:
    """Put the customer in, with all that can be said of them; what to put in place of parameters of routes."""
    stores, now, ids = platform.stores, platform.now(), platform.ids
    source = collect.add_source(stores, name="canary", kind="server", now=now, ids=ids).source_id
    plan = collect.save_plan(stores, collect.parse_plan(PLAN), now=now, ids=ids, by="owner")
    _say(platform, source)
    person, other = identity.find(stores, MAIL, "RU")[0], identity.find(stores, f"b-{MAIL}", "RU")[0]
    _write_down(platform, person, other)
    _refuse(platform, source)
    segment = segments.create(stores, name="Those", definition=SEGMENT, now=now, ids=ids)
    segments.refresh(stores, segment.segment_id, now=now)
    campaign = journeys.create_campaign(
        stores, name="Letter", segment_id=segment.segment_id, channels=["email"],
        templates={"email": messaging.NewTemplate("Letter", f"<p>{EVERY_FIELD}</p>", EVERY_FIELD)},
        cost_per_message_minor=0, currency="RUB", advertiser="", scheduled_at=None, now=now, ids=ids,
    )  # fmt: skip
    erased = identity.find(stores, f"c-{MAIL}", "RU")[0]
    act = privacy.erase(stores, erased, by="owner", reason=f"asked by {NAME}", now=now, ids=ids, home_region="RU")
    return {
        "person_id": str(person), "segment": segment.segment_id, "segment_id": segment.segment_id,
        "campaign": campaign.campaign_id, "campaign_id": campaign.campaign_id,
        "template_id": campaign.templates["email"], "template": campaign.templates["email"], "inn": TRADER,
        "source_id": source, "source": source, "letter_id": "1",
        "plan": plan.plan_id, "plan_id": plan.plan_id, "erasure_id": act.erasure_id, "channel": "email",
    }  # fmt: skip


def _say(platform: Platform, source: str) -> None:
    """What sources told of the customer, of who is probably the same, and of somebody who is erased then."""
    line = {"product_id": "p1", "name": "Teapot", "engraving": NAME, "quantity": 1, "price": 10}
    done = {
        **TRAITS, "order_id": "O1", "revenue": 10, "currency": "RUB", "products": [line], "comment": NAME,
        "shipping": {"name": NAME, "line1": STREET}, "url": f"https://shop.test/?q={NAME}",
    }  # fmt: skip
    said: list[dict[str, Any]] = [
        {"identifiers": {"email": MAIL, "user_id": "kanar-1"}, "traits": TRAITS},
        {"identifiers": {"phone": PHONE}, "traits": {"first_name": NAME, "surname": NAME}},
        {"identifiers": {"email": MAIL, "phone": PHONE}, "traits": {"first_name": f"{NAME}2", "name": NAME}},
        {"identifiers": {"email": f"b-{MAIL}"}, "traits": TRAITS},
        {"identifiers": {"email": f"c-{MAIL}"}, "traits": TRAITS},
        {"type": "track", "name": "Order Completed", "identifiers": {"email": MAIL}, "properties": done},
        {"type": "page", "name": "Cabinet", "identifiers": {"email": MAIL},
         "properties": {"url": f"https://{NAME}:x@shop.test/cabinet?name={NAME}#{NAME}", "title": f"Кабинет: {NAME}"}},
    ]  # fmt: skip
    now = platform.now()
    events = [
        Event(**{"source_id": source, "message_id": f"canary{n}", "type": "identify", "occurred_at": now,
                 "received_at": now, **one})
        for n, one in enumerate(said)
    ]  # fmt: skip
    platform.stores.log.append([encode(event) for event in events])
    loop.catch_up(platform, None, loop.KNOWING)
    collect.observe(platform.stores, now=now, rows_max=100)


def _write_down(platform: Platform, person: int, other: int) -> None:
    """A consent with evidence, relations, a pair to review, a request."""
    stores, now, ids = platform.stores, platform.now(), platform.ids
    word = voice.Word(channel="email", is_given=True, method="till", wording=f"Я, {NAME}, согласна",
                      evidence={"mail": MAIL, "phone": PHONE, "asked": NAME})  # fmt: skip
    visitor = voice.Visitor("203.0.113.77", "kanar-agent")
    voice.take_consent(stores, person, word, by="a", now=now, ids=ids, visitor=visitor)
    tie = profiles.Tie(kind="owner", inn=TRADER, company=f"ИП {NAME} Т. Л.", role=f"{NAME}, владелица")
    profiles.relate(stores, person, tie, by="a", now=now, ids=ids)
    profiles.relate(stores, person, profiles.Tie(kind="spouse", other_id=other, role=NAME), by="a", now=now, ids=ids)
    pair = identity.Pair(*sorted((person, other)), 0.9, [], identity.PairStatus.OPEN, None)
    with stores.state.write() as tx:
        identity.review.Settling(now, ids, automatic=1.0).settle(tx, [(pair, False)])
        profiles.ask_privacy(tx, person, profiles.PrivacyKind.EXPORT, method="page", ip="203.0.113.77",
                             user_agent="kanar-agent", now=now, ids=ids)  # fmt: skip


def _refuse(platform: Platform, source: str) -> None:
    """Refused items: whole, broken, a form."""
    item = {"type": "identify", "userId": "kanar-2", "traits": TRAITS}
    raws = [f'{{"name": "{NAME}", "traits', f"name={NAME}&phone={PHONE}", json.dumps(item, ensure_ascii=False)]
    platform.stores.refusals.append([
        encode_refusal(Refusal(
            source_id=source, dialect="segment", path=f"/v1/customers/{MAIL}/events", received_at=platform.now(),
            reason="bad_identifier", field="traits.email", message=f"'{NAME}' is no e-mail", raw=raw,
            context={"ip": "203.0.113.77"},
        ))
        for raw in raws
    ])  # fmt: skip
    collect.keep_refusals(platform.stores, now=platform.now(), rows_max=100)
