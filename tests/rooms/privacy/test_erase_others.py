"""Erasing one person harms no other: whoever shares a browser, a company or an order with them keeps what is theirs."""

from typing import Any

import pytest

from omniloom import identity, messaging, privacy, profiles
from omniloom.core.ids import SeededIds
from omniloom.privacy.reason import without_names
from omniloom.profiles.relation import Tie
from omniloom.store.sql import parse_state

from .test_erase import CANARY, REGION, WHO, erase, finish, plant, remains

NAME = {"name": f"{CANARY} Petrova"}
LAPTOP = "family-laptop"
FORMS = ("2025550143", "(202) 555-0143", "555-0143")
ITSELF, TRADER = "7707083893", "500100732259"


def husband(company: Any) -> int:
    return identity.find(company.stores, "HUSB", REGION)[0]


def couple(company: Any) -> None:
    """She and he have one laptop; he agreed to mail. Then she is erased."""
    company.tell("identify", identifiers={**WHO, "anonymous_id": LAPTOP}, traits=NAME)
    company.tell("identify", identifiers={"user_id": "HUSB", "email": "husb@example.test", "anonymous_id": LAPTOP})
    company.tell("track", name="Consent Given", identifiers={"user_id": "HUSB"},
                 properties={"channel": "email", "wording": "I agree", "method": "form"})  # fmt: skip
    company.resolve()
    erase(company.stores, identity.find(company.stores, WHO["email"], REGION)[0], company.clock.now())


def his(name: str, **properties: Any) -> dict[str, Any]:
    return {"name": name, "identifiers": {"user_id": "HUSB", "anonymous_id": LAPTOP}, "properties": properties}


def reach(company: Any) -> str:
    now = company.clock.now()
    return {
        one.channel: one.reach.value for one in messaging.reach.reach_of(company.stores, husband(company), now=now)
    }["email"]


def test_his_withdrawal_and_orders_in_a_shared_browser_stay_his_and_she_stays_erased(company: Any) -> None:
    couple(company)
    assert reach(company) == "reachable"
    company.tell("track", **his("Order Completed", order_id="H1", total=50, gift_phone=FORMS[1]))
    company.tell("track", **his("Consent Withdrawn", channel="email"))
    company.tell("track", identifiers={"user_id": "HUSB"}, name="Seen", context={"traits": {"email": WHO["email"]}})
    company.resolve()
    finish(company)
    assert reach(company) == "no_consent"
    assert profiles.person(company.stores, husband(company)).orders == 1
    assert remains(company.stores, (CANARY, *FORMS)) == []
    assert len(remains(company.stores, (LAPTOP,))) == 1, "in what he told before alone"
    assert [one.value for one in identity.identifiers_of(company.stores, husband(company))] == [
        "HUSB", "husb@example.test",
    ]  # fmt: skip


def test_what_he_did_before_anybody_read_it_is_not_lost_by_her_erasure(company: Any) -> None:
    company.tell("identify", identifiers={**WHO, "anonymous_id": LAPTOP}, traits=NAME)
    company.tell("identify", identifiers={"user_id": "HUSB", "anonymous_id": LAPTOP})
    company.resolve()
    company.tell("track", **his("Order Completed", order_id="H1", total=50))
    erase(company.stores, identity.find(company.stores, WHO["email"], REGION)[0], company.clock.now())
    finish(company)
    assert profiles.person(company.stores, husband(company)).orders == 1
    finish(company)
    assert remains(company.stores, (CANARY, *FORMS)) == []


SPELLINGS: dict[str, dict[str, Any]] = {
    "messenger": {"identifiers": {"user_id": "N", "whatsapp": "12025550143"}, "traits": NAME},
    "messenger's own": {"identifiers": {"viber": "+1 202 555 0143"}, "traits": NAME},
    "number": {"identifiers": {"user_id": "N"}, "traits": {"phone": 12025550143, **NAME}},
    "case": {"identifiers": {"user_id": "N"}, "traits": {"Email": WHO["email"].upper(), **NAME}},
    "nested": {"identifiers": {"user_id": "N"}, "traits": {"contacts": [{"email": WHO["email"], **NAME}], **NAME}},
    "prose": {"identifiers": {"user_id": "N"}, "traits": {"note": f"call {FORMS[1]}, {CANARY}", **NAME}},
    "context": {"identifiers": {"anonymous_id": "N"}, "context": {"traits": {"e_mail": WHO["email"], **NAME}}},
    "address bar": {"kind": "page", "identifiers": {"anonymous_id": "N"},
                    "properties": {"url": f"https://x.test/?m={WHO['email'].replace('@', '%40')}"}},
    "order": {"kind": "track", "name": "Order Completed", "identifiers": {"user_id": "N"},
              "properties": {"order_id": "1", "email": WHO["email"], "customer": {**NAME, "tel": FORMS[0]}}},
    "id": {"identifiers": {"user_id": WHO["email"]}, "traits": NAME},
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_brings_the_words_of_somebody_erased_back(company: Any, spelling: str) -> None:
    person = plant(company)
    act = erase(company.stores, person, company.clock.now())
    finish(company)
    said = {"kind": "identify", **SPELLINGS[spelling]}
    company.tell(said.pop("kind"), **said)
    company.resolve()
    finish(company)
    assert remains(company.stores, (CANARY, *FORMS)) == []
    assert not any(identity.find(company.stores, value, REGION) for value in WHO.values())
    came = privacy.act_of(company.stores, act.erasure_id)["came_since"]
    assert came["kept_out"] + came["without_them"] == 1


def test_an_act_tells_how_many_events_named_the_person_since(company: Any) -> None:
    couple(company)
    (act,) = privacy.erasures(company.stores)
    before = privacy.act_of(company.stores, act.erasure_id)
    assert before["came_since"] is None
    company.tell("track", **his("Seen"))
    company.tell("identify", identifiers=WHO)
    company.tell("identify", identifiers={"email": WHO["email"]})
    company.resolve()
    document = privacy.act_of(company.stores, act.erasure_id)
    assert (document["came_since"]["kept_out"], document["came_since"]["without_them"]) == (2, 1)
    assert document["fingerprint"] == before["fingerprint"], "what was done is as it was"


# --- companies -------------------------------------------------------------------------------------------------------


def belong(company: Any, person: int, kind: str, inn: str, name: str, role: str = "") -> None:
    tie = Tie(kind, inn=inn, company=name, role=role)
    profiles.relate(company.stores, person, tie, by="desk", now=company.clock.now(), ids=company.ids)


@pytest.mark.parametrize(
    ("kind", "inn", "name", "goes"),
    [
        ("owner", TRADER, f"ИП {CANARY}", True),
        ("owner", TRADER, "Ромашка", True),
        ("owner", ITSELF, f"ИП {CANARY}", True),
        ("owner", ITSELF, "ООО Ромашка", False),
        ("director", ITSELF, "ООО «Типография»", False),
        ("contact", TRADER, "ИП Иванов", False),
        ("employee", TRADER, "ИП Иванов", False),
    ],
)
def test_a_sole_traders_company_goes_with_its_owner_alone(
    company: Any, kind: str, inn: str, name: str, goes: bool
) -> None:
    person = plant(company)
    friend = identity.find(company.stores, "anna", REGION)[0]
    belong(company, person, kind, inn, name)
    belong(company, friend, "contact", inn, "", f"accountant of {CANARY}" if goes else "")
    erase(company.stores, person, company.clock.now())
    finish(company)
    assert [one.inn for one in profiles.companies(company.stores, rows_max=9)] == ([] if goes else [inn])
    assert len(profiles.relations_of(company.stores, friend)) == (0 if goes else 1)
    assert remains(company.stores, (CANARY, *((inn,) if goes else ()))) == []


def test_a_company_with_the_persons_own_inn_goes_and_one_with_another_owner_stays(company: Any) -> None:
    company.tell("identify", identifiers={**WHO, "inn": TRADER})
    company.person("anna", email="anna@example.test")
    company.resolve()
    person = identity.find(company.stores, WHO["email"], REGION)[0]
    friend = identity.find(company.stores, "anna", REGION)[0]
    belong(company, friend, "owner", TRADER, "Shop")
    for one in (person, friend):
        belong(company, one, "owner", ITSELF, "ИП двоих")
    erase(company.stores, person, company.clock.now())
    assert [one.inn for one in profiles.companies(company.stores, rows_max=9)] == [ITSELF]


# --- the act's reason ------------------------------------------------------------------------------------------------


def test_the_act_does_not_repeat_who_it_was(company: Any) -> None:
    company.tell("identify", identifiers=WHO, traits={"name": "Канарейкина Таисия", "отчество": "Львовна"})
    company.resolve()
    person = identity.find(company.stores, WHO["email"], REGION)[0]
    reason = f"письмо 17 Канарейкиной Таисии Львовны, {WHO['email']}, тел. 202 555-0143, её id {WHO['user_id']}"
    act = privacy.erase(
        company.stores, person, by="desk", reason=reason, now=company.clock.now(), ids=SeededIds(1), home_region=REGION
    )
    assert act.reason == "письмо 17 … … …, …, тел. …, её id …"
    with company.stores.state.read() as tx:
        assert tx.tuples(parse_state("t", "select reason from privacy_erasure")) == [(act.reason,)]


@pytest.mark.parametrize(
    ("reason", "left"),
    [("asked", "asked"), ("letter 17 of 2 March", "letter 17 of 2 March"), ("по просьбе Анны", "по просьбе …"),
     ("Аннотация к делу 2026-11-22", "Аннотация к делу 2026-11-22"), ("id 42, a-17", "id 42, …")],
)  # fmt: skip
def test_the_rest_of_a_reason_stays(reason: str, left: str) -> None:
    assert without_names(reason, {"Анна"}, ["42", "A-17"]) == left
