"""Erasing a person: nothing is left in any table, nothing comes back, and nothing is sent after the answer."""

import io
import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen
from tests.rooms.messaging.conftest import email_of, phone_of
from tests.rooms.messaging.test_withdrawals import Campaign

from omniloom import collect, identity, messaging, privacy, profiles
from omniloom.core.errors import Conflict, Missing
from omniloom.core.event import OWN_SOURCE_ID, Event, encode
from omniloom.core.ids import SeededIds
from omniloom.messaging import voice
from omniloom.messaging.record import suppress
from omniloom.messaging.site import UNSUBSCRIBE
from omniloom.messaging.token import sign
from omniloom.privacy.subject import subject_of
from omniloom.profiles import PrivacyKind
from omniloom.store import Erasing, Stores
from omniloom.store.sql import parse_events, parse_state

REGION = "US"
CANARY = "kanarejka"
ERASURES = 110 if chosen() == EMBEDDED else 30  # at least so many in one campaign: 46 of the long run make over 5,000
ASKING = 125 if chosen() == EMBEDDED else 35  # people who may: an erasure costs a server more
WHO = {"user_id": f"{CANARY}-user", "email": f"{CANARY}@example.test", "phone": "+12025550143"}
PHONE_FORMS = ("2025550143", "(202) 555-0143")
EVENTS = parse_events("t", "select identifiers, properties, context, message_id, person_id from identity_event")


def erase(stores: Stores, person_id: int, now: datetime, seed: int = 1) -> privacy.Erasure:
    return privacy.erase(
        stores, person_id, by="desk@shop.test", reason="asked", now=now, ids=SeededIds(seed), home_region=REGION
    )


def finish(company: Any) -> None:
    """What the loop does."""
    company.resolve()
    while not collect.observe(company.stores, now=company.clock.now(), rows_max=5000).is_done:
        pass
    privacy.sweep(company.stores, now=company.clock.now(), home_region=REGION)
    privacy.rewrite(company.stores, now=company.clock.now())


def plant(company: Any) -> int:
    """Somebody with the canary in every field, and another person beside."""
    company.person("anna", email="anna@example.test", phone="+12025550199", city="Riga")
    company.tell(
        "identify", identifiers=WHO,
        traits={"name": f"{CANARY} Petrova", "city": f"{CANARY}-town", "address": {"street": f"{CANARY} street"}},
        context={"ip": f"{CANARY}-ip", "userAgent": f"{CANARY}-agent"},
    )  # fmt: skip
    company.tell("alias", identifiers={"user_id": WHO["user_id"]}, previous_id=f"{CANARY}-cookie")
    company.tell(
        "track", name="Order Completed", identifiers={"email": WHO["email"].upper()},
        properties={"order_id": f"{CANARY}-order", "total": 9,
                    "products": [{"product_id": f"{CANARY}-shoe", "price": 9, "quantity": 1, "note": CANARY}]},
    )  # fmt: skip
    company.tell("track", name="Consent Given", identifiers={"user_id": WHO["user_id"]},
                 properties={"channel": "email", "wording": "I agree", "method": "form", "form": CANARY},
                 context={"ip": f"{CANARY}-ip2"})  # fmt: skip
    company.tell("track", name="Consent Given", identifiers={"user_id": WHO["user_id"]}, properties={"channel": "sms"})
    company.resolve()
    person = identity.find(company.stores, WHO["email"], REGION)[0]
    company.mailing("spring", [person, identity.find(company.stores, "anna", REGION)[0]])
    company.deliver_all()
    messaging.report_outcomes(company.stores)
    company.resolve()
    return person


def remains(stores: Stores, words: tuple[str, ...]) -> list[str]:
    """Every table that still holds one of the words, in any column."""
    found = []
    for holding in privacy.HOLDINGS:
        if holding.store == "log" or (holding.store, holding.kind) == ("events", "platform"):
            continue
        store = stores.state if holding.store == "state" else stores.events
        with store.read() as tx:
            rows = tx.rows(parse_state("t", f"select * from {holding.table}"))
        for row in rows:
            text = " ".join(value.hex() if isinstance(value, bytes) else str(value) for value in row.values())
            if any(word in text for word in words):
                found.append(f"{holding.table}: {row}")
    for log in (stores.log, stores.refusals):
        bodies = [body.decode() for _, body in log.read(after=0, rows_max=100_000)]
        found += [body for body in bodies if any(word in body for word in words)]
    return found


def test_nothing_is_left_of_somebody_erased_and_all_of_others(company: Any) -> None:
    person = plant(company)
    assert remains(company.stores, (CANARY, *PHONE_FORMS))
    act = erase(company.stores, person, company.clock.now())
    with pytest.raises(Missing):
        profiles.person(company.stores, person)
    assert not identity.find(company.stores, WHO["phone"], REGION)
    assert not profiles.search(company.stores, CANARY, home_region=REGION, rows_max=5)
    company.clock.advance(timedelta(minutes=5))
    finish(company)
    assert remains(company.stores, (CANARY, *PHONE_FORMS)) == []
    anna = profiles.person(company.stores, identity.find(company.stores, "anna", REGION)[0])
    assert anna.city == "Riga"
    assert anna.consents
    assert messaging.tally(company.stores, "spring").accepted == 2, "sums stay"
    document = privacy.act_of(company.stores, act.erasure_id)
    assert document["act"].counts["events.identity_event"] >= 5
    kept = document["kept_as_proof_of_consent"]
    assert {(line["channel"], line["method"]) for line in kept} >= {("email", "form")}


def test_a_re_import_and_a_late_retry_bring_nobody_back(company: Any) -> None:
    person = plant(company)
    erase(company.stores, person, company.clock.now())
    finish(company)
    company.tell("identify", identifiers=WHO, traits={"name": f"{CANARY} Petrova"})
    company.tell("track", name="Seen", identifiers={"phone": "(202) 555-0143", "anonymous_id": f"{CANARY}-new"})
    company.tell("track", name="Seen", identifiers={"anonymous_id": "somebody-else"})
    company.resolve()
    finish(company)
    assert remains(company.stores, (CANARY, *PHONE_FORMS)) == []
    with company.stores.events.read() as tx:
        rows = tx.rows(EVENTS)
    late = [row for row in rows if row["message_id"].startswith("erased:")]
    assert len(late) == 2, "they count, as nobody's"
    assert {(row["identifiers"], row["properties"], row["person_id"]) for row in late} == {("{}", "{}", 0)}
    assert identity.find(company.stores, "somebody-else", REGION)


def test_who_agrees_again_or_is_let_in_by_an_operator_is_somebody_new(company: Any) -> None:
    person = plant(company)
    erase(company.stores, person, company.clock.now())
    old = {"channel": "email", "wording": "I agree", "method": "form"}
    company.tell("track", name="Consent Given", identifiers={"email": WHO["email"]}, properties=old,
                 at=company.clock.now() - timedelta(days=3))  # fmt: skip
    company.resolve()
    assert not identity.find(company.stores, WHO["email"], REGION), "an old consent is not a new will"
    company.clock.advance(timedelta(days=1))
    told = Event(source_id=OWN_SOURCE_ID, message_id="joined", type="track", name="Consent Given", properties=old,
                 occurred_at=company.clock.now(), received_at=company.clock.now(),
                 identifiers={"email": WHO["email"]})  # fmt: skip
    company.stores.log.append([encode(told)])
    company.resolve()
    found = identity.find(company.stores, WHO["email"], REGION)
    assert found
    assert person not in found, "numbers are never given again"
    assert not identity.find(company.stores, WHO["phone"], REGION)
    assert privacy.lift(company.stores, PHONE_FORMS[1], home_region=REGION) >= 1
    company.tell("identify", identifiers={"phone": WHO["phone"]}, traits={"name": "New"})
    company.resolve()
    assert identity.find(company.stores, WHO["phone"], REGION)


def test_events_that_were_under_way_go_as_well(company: Any) -> None:
    """An event resolved before, and appended after, the erasure is swept; so is one nobody had read."""
    person = plant(company)
    company.tell("track", name="Late", identifiers={"user_id": WHO["user_id"]}, properties={"note": CANARY})
    erase(company.stores, person, company.clock.now())
    with company.stores.events.write() as tx:  # what a slow worker does
        tx.run(
            parse_events(
                "t",
                f"""insert into identity_event (position, source_id, message_id, type, name,
            occurred_at, received_at, person_id, identifiers, properties, context, confidence)
            values (1, 's', '{CANARY}', 'track', 'x', timestamp '2026-01-01', timestamp '2026-01-01', {person},
            '{{}}', '{{}}', '{{}}', 0)""",
            )
        )
    finish(company)
    assert remains(company.stores, (CANARY,)) == []


def test_a_merged_person_goes_whole_and_a_shared_telephone_stays_with_the_others(company: Any) -> None:
    company.tell("identify", identifiers={"email": f"{CANARY}@one.test"}, traits={"name": "A"})
    company.tell("identify", identifiers={"user_id": f"{CANARY}-2"}, traits={"name": "B"})
    company.tell("identify", identifiers={"user_id": f"{CANARY}-2", "email": f"{CANARY}@one.test"})
    for n in range(8):
        company.tell("identify", identifiers={"user_id": f"guest{n}", "phone": "+12025550100"})
    company.resolve()
    person = identity.find(company.stores, f"{CANARY}@one.test", REGION)[0]
    erase(company.stores, person, company.clock.now())
    first = identity.find(company.stores, "guest0", REGION)[0]
    erase(company.stores, first, company.clock.now(), seed=2)
    finish(company)
    assert remains(company.stores, (CANARY, "guest0")) == []
    company.tell("identify", identifiers={"user_id": "guest1", "phone": "+12025550100"}, traits={"name": "G"})
    company.resolve()
    assert identity.find(company.stores, "guest1", REGION), "the kiosk's telephone keeps nobody out"


def shared_telephone(company: Any) -> dict[str, Any]:
    with company.stores.state.read() as tx:
        asked = "select person_id, shared_id from identity_identifier where kind = 'phone' and shared_id is not null"
        (row,) = tx.rows(parse_state("t", asked))
        alive = {each for (each,) in tx.tuples(parse_state("t", "select person_id from identity_person"))}
    assert {row["person_id"], row["shared_id"]} <= alive, "neither leads to nobody"
    return row


@pytest.mark.parametrize("order", [("stands in",), ("owner", "stands in"), ("stands in", "owner")])
def test_whoever_stands_in_for_a_shared_telephone_is_replaced(company: Any, order: tuple[str, ...]) -> None:
    for n in range(8):
        company.tell("identify", identifiers={"user_id": f"guest{n}", "phone": "+12025550100"})
    company.tell("track", name="Called", identifiers={"phone": "+12025550100"}, properties={"note": CANARY})
    company.resolve()
    before = shared_telephone(company)
    for number, who in enumerate(order):
        person = before["shared_id"] if who == "stands in" else identity.find(company.stores, "guest0", REGION)[0]
        erase(company.stores, person, company.clock.now(), seed=number)
        shared_telephone(company)
    finish(company)
    assert remains(company.stores, (CANARY,)) == []
    after = shared_telephone(company)
    assert after["shared_id"] != before["shared_id"], "numbers are never given again"
    company.tell("track", name="Called again", identifiers={"phone": "+12025550100"})
    company.tell("identify", identifiers={"user_id": "guest5", "phone": "+12025550100"})
    company.resolve()
    with company.stores.events.read() as tx:
        (call,) = tx.rows(parse_events("t", "select person_id from identity_event where name = 'Called again'"))
    assert call["person_id"] == after["shared_id"]
    assert profiles.person(company.stores, call["person_id"])
    assert identity.find(company.stores, "guest5", REGION) != [call["person_id"]], "it joins nobody still"


def test_a_message_whose_block_is_half_read_goes_when_it_is_read(company: Any) -> None:
    """Some engines forget whole blocks of the log alone; no digest finds what a shared telephone sent."""
    for n in range(8):
        company.tell("identify", identifiers={"user_id": f"guest{n}", "phone": "+12025550100"})
    company.resolve()
    person, now = shared_telephone(company)["shared_id"], company.clock.now()
    told = [Event(source_id="test", message_id=f"call{n}", type="track", name="Called", occurred_at=now,
                  received_at=now, identifiers={"phone": "+12025550100"}, properties={"note": CANARY if n == 0 else ""})
            for n in range(6)]  # fmt: skip
    company.stores.log.append([encode(each) for each in told])
    identity.resolve(company.stores, now=now, home_region=REGION, home_currency="USD", rows_max=3)
    while not collect.observe(company.stores, now=now, rows_max=3).is_done:
        pass
    erase(company.stores, person, now)
    privacy.sweep(company.stores, now=now, home_region=REGION)
    finish(company)
    assert remains(company.stores, (CANARY,)) == []


def test_erasing_settles_the_request_and_shows_in_the_list(company: Any) -> None:
    person = plant(company)
    now = company.clock.now()
    with company.stores.state.write() as tx:
        asked = profiles.ask_privacy(tx, person, PrivacyKind.ERASURE, method="page", ip=f"{CANARY}-ip",
                                     user_agent="x", now=now, ids=SeededIds(3))  # fmt: skip
    act = erase(company.stores, person, now)
    assert act.request_id == asked.request_id
    assert not profiles.privacy_requests(company.stores)
    assert [one.erasure_id for one in privacy.erasures(company.stores)] == [act.erasure_id]
    finish(company)
    assert remains(company.stores, (CANARY,)) == []
    assert privacy.erasures(company.stores)[0].state in {"done", "swept"}


SPARED = 3  # people nobody erases: what is told of them must not name the others


def erasing(company: Any, seed: int) -> int:
    """People erased at random steps of a running campaign; how many. Neither sends nor words are left of them."""
    draw = random.Random(seed)
    campaign = Campaign(company, seed)
    everybody = list(campaign.undecided)
    spared, everybody = everybody[:SPARED], everybody[SPARED:ASKING]
    answered: dict[int, set[tuple[int, str]]] = {}
    names = {company.id_of(f"p{n}"): (email_of(n), phone_of(n)) for n in range(len(campaign.people))}

    rows_max = draw.choice([3, 7])  # with larger batches there are fewer steps between them

    def at_a_step(_step: str) -> None:
        for _ in range(min(len(everybody), draw.choice([0, 2, 5] if rows_max == 3 else [1, 5, 9]))):
            person = everybody.pop()
            erase(company.stores, person, company.clock.now(), seed=draw.getrandbits(40))
            answered[person] = {pair for pair in campaign.attempts() if pair[0] == person}
        company.clock.advance(timedelta(seconds=1))

    company.deliver_all(rows_max=rows_max, between=at_a_step)
    final = campaign.attempts()
    for person, before in answered.items():
        late = {pair for pair in final if pair[0] == person} - before
        assert not late, f"seed {seed}: {person} was sent {late} after the answer"
    assert any(not before for before in answered.values()), "somebody was erased before their message"
    company.clock.advance(timedelta(minutes=5))
    finish(company)
    words = tuple(word for person in answered for word in names[person])
    assert remains(company.stores, words) == []
    told = copied(company.stores, spared, company.clock.now())
    assert [word for word in words if word in told] == []
    assert in_files(company.stores.data_dir, words) == []
    return len(answered)


def copied(stores: Stores, people: list[int], now: datetime) -> str:
    """The copies that people get of their data."""
    found = io.BytesIO()
    for person in people:
        assert privacy.export(stores, person, privacy.ExportFormat.JSON, found, now=now, home_region=REGION)
    return found.getvalue().decode()


def in_files(folder: Path, words: tuple[str, ...]) -> list[str]:
    """The files that still hold a word: databases, their write-ahead logs, lists, whatever lies there."""
    like = re.compile(rb"p\d+@example\.test|\+1202555\d{4}")
    sought = {word.encode() for word in words}
    files = {path.name: sought.intersection(like.findall(path.read_bytes())) for path in folder.rglob("*.*")}
    return [f"{name}: {found}" for name, found in files.items() if found]


def test_nothing_is_sent_to_somebody_erased_and_nothing_is_left(company: Any, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    assert erasing(company, 1) >= ERASURES
    assert "@example.test" not in caplog.text
    assert phone_of(0)[:-4] not in caplog.text


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 48))
def test_nothing_is_sent_after_five_thousand_erasures(company: Any, seed: int) -> None:
    assert erasing(company, seed) >= ERASURES


def test_every_table_a_person_is_in_says_how_they_are_found() -> None:
    for holding in privacy.HOLDINGS:
        if holding.erasing is not Erasing.KEEP and holding.store != "log":
            assert holding.found, holding.table
        if holding.erasing is Erasing.BLANK:
            assert holding.blank, holding.table


def test_what_was_being_folded_while_its_person_was_erased_goes_too(company, monkeypatch):
    person = plant(company)
    company.tell("track", name="Consent Given", identifiers={"user_id": WHO["user_id"]},
                 properties={"channel": "email", "method": "form", "wording": CANARY})  # fmt: skip
    identity.resolve(company.stores, now=company.clock.now(), home_region=REGION, home_currency="USD", rows_max=1000)
    remember = privacy.erasure.remember

    def meanwhile(*given: Any) -> None:
        remember(*given)  # behind the state's transaction, before that of the events
        profiles.fold(company.stores, now=company.clock.now(), rows_max=1000)

    monkeypatch.setattr(privacy.erasure, "remember", meanwhile)
    erase(company.stores, person, company.clock.now())
    finish(company)
    with company.stores.state.read() as tx:
        left = tx.rows(parse_state("t", "select * from profiles_consent_ledger"))
    assert not any(CANARY in str(row) for row in left)


def test_an_address_of_somebody_who_was_merged_for_a_while_stays_theirs(company: Any) -> None:
    now, boris_at = company.clock.now(), "boris@example.test"
    company.person("anna", phone="+12025550177", consents=("email",))
    company.tell("identify", identifiers={"email": boris_at})
    company.resolve()
    anna, boris = (identity.find(company.stores, value, REGION)[0] for value in ("anna", boris_at))
    given: dict[str, Any] = {"now": now, "ids": SeededIds(5)}
    merge_id = identity.merge(company.stores, into_id=anna, from_id=boris, rule="by hand", evidence={}, **given)
    company.mailing("spring", [anna], channels=("email",))
    company.deliver_all()
    with company.stores.state.write() as tx:
        suppress(tx, channel="email", address=boris_at, reason="complained", evidence="provider", now=now)
    identity.unmerge(company.stores, merge_id, by="olga", now=now)
    erase(company.stores, anna, now)
    with company.stores.state.read() as tx:
        assert tx.rows(parse_state("t", "select address from messaging_suppression")) == [{"address": boris_at}]


def test_others_whom_an_erased_address_made_one_can_still_be_parted(company: Any) -> None:
    """Anna and Boris stay one by an address that turned out to be somebody else's."""
    now, given = company.clock.now(), {"rule": "by hand", "now": company.clock.now()}
    for phone in ("+12025550177", "+12025550178"):
        company.tell("identify", identifiers={"phone": phone})
    company.tell("identify", identifiers={"email": WHO["email"]})
    company.resolve()
    values = ("+12025550177", "+12025550178", WHO["email"])
    anna, boris, canary = (identity.find(company.stores, value, REGION)[0] for value in values)
    evidence = {"joined_by": {"email": WHO["email"]}}
    merge_id = identity.merge(
        company.stores, into_id=anna, from_id=boris, evidence=evidence, ids=SeededIds(5), **given
    )  # fmt: skip
    with company.stores.state.write() as tx:
        joined = f"update identity_merge set joined_kind = 'email', joined_value = '{WHO['email']}'"
        tx.run(parse_state("t", joined))
    erase(company.stores, canary, now)
    finish(company)
    assert remains(company.stores, (CANARY,)) == []
    assert identity.root_of(company.stores, boris) == anna
    (line,) = profiles.merge_journal(company.stores, anna)
    assert (line.joined_value, line.evidence) == ("", {})
    identity.unmerge(company.stores, merge_id, by="olga", now=now)
    assert identity.root_of(company.stores, boris) == boris


def test_whoever_shares_a_number_loses_nothing(company: Any) -> None:
    for name in ("anna", "boris"):
        company.person(name, phone="+12025550177" if name == "anna" else "")
    company.resolve()
    anna = identity.find(company.stores, "anna", REGION)[0]
    assert "+12025550177" in subject_of(company.stores, anna, REGION).words
    with company.stores.state.write() as tx:
        tx.run(
            parse_state("t", "update identity_identifier set shared_position = 1, shared_id = 2 where kind = 'phone'")
        )
    assert "+12025550177" not in subject_of(company.stores, anna, REGION).words


def test_links_of_messages_to_somebody_erased_lead_nowhere_and_keep_nothing(company: Any) -> None:
    person, secret, visitor = plant(company), b"s" * 32, voice.Visitor("192.0.2.6", CANARY)
    with company.stores.state.read() as tx:
        [sent] = tx.rows(parse_state("t", f"select send_id, channel from messaging_attempt where person_id = {person}"))
    token = sign(secret, UNSUBSCRIBE, bytes.fromhex(sent["send_id"]), sent["channel"].encode())
    assert voice.preferences(company.stores, token, secret=secret)
    erase(company.stores, person, company.clock.now())
    finish(company)
    given: dict[str, Any] = {"secret": secret, "now": company.clock.now(), "visitor": visitor}
    assert voice.preferences(company.stores, token, secret=secret) is None
    assert voice.unsubscribe(company.stores, token, method="page", **given) is None
    assert voice.ask_about_data(company.stores, token, PrivacyKind.EXPORT, ids=company.ids, **given) is None
    assert remains(company.stores, (CANARY,)) == []


def test_whoever_is_merged_while_erased_keeps_what_is_theirs(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    person = plant(company)
    anna = identity.find(company.stores, "anna@example.test", REGION)[0]
    clean_files, given = privacy.erasure.clean_files, {"rule": "by hand", "evidence": {}, "now": company.clock.now()}
    with company.stores.state.write() as tx:  # one of the two may have a user id
        tx.run(parse_state("t", f"delete from identity_identifier where kind = 'user_id' and person_id = {anna}"))

    def meanwhile(*args: Any) -> int:
        identity.merge(company.stores, into_id=person, from_id=anna, ids=SeededIds(3), **given)
        return clean_files(*args)

    monkeypatch.setattr(privacy.erasure, "clean_files", meanwhile)
    with pytest.raises(Conflict):
        erase(company.stores, person, company.clock.now())
    assert identity.find(company.stores, "anna@example.test", REGION) == [person]
