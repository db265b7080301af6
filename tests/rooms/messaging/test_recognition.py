"""Self-identification: each way ends in an identify event with its confidence, once, and helps nobody else."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trying import examples

from omniloom import identity, messaging
from omniloom.core.clock import micros
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import CUSTOMER_RECOGNISED, OWN_SOURCE_ID, decode
from omniloom.messaging import recognition, voice
from omniloom.messaging.recognition import Asked, Benefit, Holder, Newcomer, Reason, Recognised, Refused, TooOften
from omniloom.store.sql import parse_events, parse_state

SECRET = b"s" * 32
ANN, PHONE = "ann@example.test", "+12025550177"
OWNER, STRANGER = voice.Visitor("203.0.113.5", "Firefox"), voice.Visitor("198.51.100.9", "Safari")
TEN = Benefit("ten", "10 % off", "Скидка 10 %", "TEN-2026")


@pytest.fixture(autouse=True)
def _ways(company: Any) -> None:
    for way in recognition.known_ways():
        bot = "https://t.me/shop_bot?start={token}" if way == "bot" else ""
        turn(company, way, is_on=True, bot_url=bot)


def turn(company: Any, way: str, **fields: Any) -> None:
    recognition.save_way(company.stores, way, recognition.WaySettings(**fields), now=company.clock.now())


def ask(company: Any, *, visitor: voice.Visitor = OWNER, **fields: Any) -> Any:
    wish = {"way": "magic_link", "channel": "email", "address": ANN, **fields}
    return recognition.ask(
        company.stores, recognition.Wish(**wish), home_region="US", now=company.clock.now(), ids=company.ids,
        visitor=visitor,
    )  # fmt: skip


def ask_code(company: Any, **fields: Any) -> Any:
    return ask(company, **{"way": "code", "channel": "sms", "address": PHONE, **fields})


def settle(company: Any) -> None:
    """The log is told, its people are known."""
    messaging.try_flush(company.stores)
    company.resolve()


def send(company: Any) -> None:
    settle(company)
    recognition.send_proofs(company.stores, now=company.clock.now(), ids=company.ids)
    company.deliver()


def mailed(company: Any, number: int = -1) -> str:
    """The link's token in a mail."""
    body = company.smtp.received[number][1].decode().replace("=\r\n", "").replace("=3D", "=")
    found = re.search(r"/me/([A-Za-z0-9_-]{20,})", body)
    assert found is not None
    return found[1]


def texted(company: Any, number: int = -1) -> str:
    """The code in an SMS."""
    found = re.search(r"\b\d{6}\b", str(company.gateway.received[number]["text"]))
    assert found is not None
    return found[0]


def click(company: Any, token: str, *, visitor: voice.Visitor = OWNER, **browser: Any) -> Any:
    found = recognition.confirm_link(
        company.stores, token, recognition.Browser(**browser), secret=SECRET, now=company.clock.now(), visitor=visitor
    )
    settle(company)
    return found


def enter(company: Any, request_id: str, code: str) -> Any:
    return recognition.confirm_code(company.stores, request_id, code, secret=SECRET, now=company.clock.now())


def hand(company: Any, way: str, **fields: Any) -> Any:
    return recognition.hand_out(
        company.stores, way, Holder(**fields), secret=SECRET, now=company.clock.now(), ids=company.ids,
        public_url="https://shop.test",
    )  # fmt: skip


def bring(company: Any, way: str, token: str, kind: str = "", value: str = "") -> Any:
    found = recognition.bring_back(
        company.stores, way, token, Newcomer(kind, value), secret=SECRET, home_region="US", now=company.clock.now()
    )
    settle(company)
    return found


def told(company: Any, name: str = CUSTOMER_RECOGNISED) -> list[Any]:
    """Our own events of one name (identify events have none) in the log."""
    bodies = company.stores.log.read(after=0, rows_max=10_000)
    events = [decode(body) for _, body in bodies]
    return [one for one in events if one.source_id == OWN_SOURCE_ID and one.name == name]


def whose(company: Any, value: str) -> list[int]:
    return identity.find(company.stores, value, "US")


def verified(company: Any, kind: str, value: str) -> int | None:
    asked = parse_state("t", "select verified_at from identity_identifier where kind = :kind and value = :value")
    with company.stores.state.read() as tx:
        row = tx.one(asked, kind=kind, value=value)
    return row["verified_at"] if row else None


def visit(company: Any, anonymous_id: str, *, of: str = "") -> None:
    """A browser's page view; ``of``: whom it is known to be."""
    if of:
        company.tell("identify", identifiers={"user_id": of, "anonymous_id": anonymous_id})
    company.tell("page", name="Home", identifiers={"anonymous_id": anonymous_id})
    company.resolve()


# --- magic link ------------------------------------------------------------------------------------------------------


def test_a_link_joins_the_browser_it_is_opened_in_with_the_address(company: Any) -> None:
    turn(company, "magic_link", is_on=True, benefit=TEN)
    visit(company, "browser-1")
    ask(company, anonymous_id="browser-1", browser="b" * 32, language="ru")
    send(company)
    ((to, _),) = company.smtp.received
    assert to == ANN
    with company.stores.state.read() as tx:
        links = [row["url"] for row in tx.rows(parse_state("t", "select url from messaging_link"))]
    assert not any("/me/" in url for url in links), "the link itself is not tracked, so it is kept nowhere"
    token = mailed(company)
    shown = recognition.link_of(company.stores, token, secret=SECRET, now=company.clock.now(), browser="b" * 32)
    assert shown is not None
    assert (shown.address, shown.benefit, shown.refused, shown.asked_from) == ("a***@example.test", TEN, None, None)
    assert told(company) == [], "looking changes nothing"
    done = click(company, token, secret="b" * 32)
    assert isinstance(done, Recognised)
    assert (done.benefit, done.level, done.way) == (TEN, 3, "magic_link")
    assert whose(company, "browser-1") == whose(company, ANN)
    (event,) = told(company)
    assert event.properties["benefit"]["coupon"] == "TEN-2026"
    assert event.context["confidence"] == 3
    assert verified(company, "email", ANN) is not None
    with company.stores.events.read() as tx:
        levels = tx.tuples(parse_events("t", "select type, confidence from identity_event where source_id = :own"),
                           own=OWN_SOURCE_ID)  # fmt: skip
    assert ("identify", 3) in levels


def test_a_link_is_good_once_and_not_for_long(company: Any) -> None:
    ask(company)
    send(company)
    token = mailed(company)
    assert isinstance(click(company, token), Recognised)
    again = click(company, token)
    assert again == Refused(Reason.USED)
    assert len(told(company)) == 1
    company.clock.advance(timedelta(minutes=20))
    ask(company)
    send(company)
    company.clock.advance(timedelta(minutes=30))
    assert click(company, mailed(company)) == Refused(Reason.OVER)
    assert len(told(company)) == 1


def test_who_asks_in_a_strangers_name_gains_nothing_when_the_stranger_clicks(company: Any) -> None:
    visit(company, "attacker")
    ask(company, anonymous_id="attacker", browser="a" * 32, visitor=STRANGER)
    send(company)
    token = mailed(company)
    shown = recognition.link_of(company.stores, token, secret=SECRET, now=company.clock.now(), browser="v" * 32)
    assert shown is not None
    assert shown.asked_from == STRANGER, "the page says who asked"
    assert isinstance(click(company, token, secret="v" * 32, anonymous_id="victims"), Recognised)
    assert whose(company, "attacker") != whose(company, ANN)
    assert whose(company, "victims") == whose(company, ANN)
    company.clock.advance(timedelta(minutes=20))
    ask(company, anonymous_id="attacker", browser="a" * 32)
    send(company)
    click(company, mailed(company), secret="v" * 32, says_it_asked=True)
    assert whose(company, "attacker") == whose(company, ANN), "the owner may say that it was them"


def test_a_link_for_one_address_never_takes_over_another_person(company: Any) -> None:
    company.person("bob", email="bob@example.test")
    company.person("ann", email=ANN)
    visit(company, "bobs-browser", of="bob")
    bob, ann = whose(company, "bob"), whose(company, "ann")
    ask(company, anonymous_id="bobs-browser", browser="x" * 32)
    send(company)
    done = click(company, mailed(company), secret="x" * 32, anonymous_id="bobs-browser")
    assert isinstance(done, Recognised)
    assert (whose(company, "bob"), whose(company, "ann")) == (bob, ann)
    assert bob != ann
    assert whose(company, "bobs-browser") == bob
    assert identity.merges_of(company.stores, bob[0]) == []


def test_the_message_goes_to_the_address_that_is_to_be_shown_and_to_no_other_of_its_person(company: Any) -> None:
    company.person("ann", email="old@example.test")
    company.clock.advance(timedelta(days=1))
    company.tell("identify", identifiers={"user_id": "ann", "email": "new@example.test"})
    company.resolve()
    ask(company, address="old@example.test")
    ask(company, address="new@example.test")
    send(company)
    assert sorted(to for to, _ in company.smtp.received) == ["new@example.test", "old@example.test"]
    tokens = {to: mailed(company, number) for number, (to, _) in enumerate(company.smtp.received)}
    click(company, tokens["old@example.test"])
    assert verified(company, "email", "old@example.test") is not None
    assert verified(company, "email", "new@example.test") is None


@given(at=st.integers(0, 200), bit=st.integers(0, 7))
@settings(max_examples=examples(80))
def test_a_token_with_any_bit_changed_is_not_ours(at: int, bit: int) -> None:
    from omniloom.messaging.token import sign, verify

    token = sign(SECRET, "recognise", bytes(16), b"email")
    raw = bytearray(token.encode())
    raw[at % len(raw)] ^= 1 << bit
    changed = raw.decode("latin-1")
    assert changed == token or verify(SECRET, "recognise", changed) is None


def test_tokens_are_worth_nothing_for_another_purpose(company: Any) -> None:
    (person,) = company.people(1)
    ask(company)
    request = ask_code(company)
    send(company)
    link = mailed(company)
    bot, qr = hand(company, "bot", person_id=person), hand(company, "qr", person_id=person)
    card = recognition.card_token(SECRET, "4006381333931")
    site = company.transport.site
    with company.stores.state.read() as tx:
        sends = tx.rows(parse_state("t", "select send_id, way, channel from messaging_recognition where send_id <> ''"))
    code_send = next(row for row in sends if row["way"] == "code")
    foreign = site.recognise_url(code_send["send_id"], "sms").rpartition("/")[2]
    for token in (bot.token, qr.token, card, foreign, site.confirm_url(code_send["send_id"], "sms").rpartition("/")[2]):
        assert click(company, token) == Refused(Reason.UNKNOWN)
        assert voice.confirm_opt_in(company.stores, token, secret=SECRET, now=company.clock.now()) is None
        assert messaging.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="x") is None
    for token in (link, qr.token, card):
        assert bring(company, "bot", token, "telegram", "777") == Refused(Reason.UNKNOWN)
    for token in (link, bot.token, card):
        assert bring(company, "qr", token) == Refused(Reason.UNKNOWN)
    for token in (link, bot.token, qr.token):
        assert recognition.card_of_token(SECRET, token) == ""
        assert recognition.place_of(SECRET, token) == ""
    for request_id in (request.request_id, bot.request_id):
        assert isinstance(enter(company, request_id, "000000"), Refused)
    assert told(company) == []


def test_two_clicks_at_once_count_once(company: Any) -> None:
    turn(company, "magic_link", is_on=True, benefit=TEN)
    ask(company)
    send(company)
    token, now = mailed(company), company.clock.now()

    def confirm(number: int) -> Any:
        browser = recognition.Browser(f"browser-{number}")
        return recognition.confirm_link(company.stores, token, browser, secret=SECRET, now=now)

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(confirm, range(8)))
    assert sum(isinstance(one, Recognised) for one in done) == 1
    assert all(one == Refused(Reason.USED) for one in done if isinstance(one, Refused))
    settle(company)
    assert len(told(company)) == 1


# --- one-time code ---------------------------------------------------------------------------------------------------


def test_a_code_joins_whoever_asked_for_it(company: Any) -> None:
    visit(company, "browser-1")
    request = ask_code(company, anonymous_id="browser-1", language="ru")
    assert enter(company, request.request_id, "123456").reason is Reason.WRONG, "nothing was sent yet"
    send(company)
    assert "ваш код" in company.gateway.received[0]["text"]
    done = enter(company, request.request_id, f" {texted(company)[:3]} {texted(company)[3:]} ")
    assert isinstance(done, Recognised)
    assert done.address == "+1***77"
    settle(company)
    assert whose(company, "browser-1") == whose(company, PHONE)
    assert verified(company, "phone", PHONE) is not None
    assert enter(company, request.request_id, texted(company)) == Refused(Reason.USED)


def test_the_sixth_code_is_not_even_looked_at(company: Any) -> None:
    request = ask_code(company)
    send(company)
    right = texted(company)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    assert [enter(company, request.request_id, wrong).tries_left for _ in range(5)] == [4, 3, 2, 1, 0]
    assert enter(company, request.request_id, right) == Refused(Reason.TRIES)
    assert told(company) == []


def test_ten_thousand_guesses_find_nothing_while_the_owner_still_comes_in(company: Any) -> None:
    """Within a day at most twenty codes of five tries each are there to be guessed, whatever an attacker does."""
    looked_at = 0
    for _ in range(2_000):
        request = ask_code(company, visitor=voice.Visitor(f"198.51.100.{company.ids.token()[:1]}", ""))
        if isinstance(request, TooOften):
            company.clock.advance(timedelta(seconds=40))
            continue
        for guess in range(6):
            verdict = enter(company, request.request_id, f"{guess:06}")
            looked_at += verdict.reason is Reason.WRONG or (verdict.tries_left == 0 and guess == 4)
    assert looked_at <= 22 * 5
    assert told(company) == []
    company.clock.advance(timedelta(days=1))
    request = ask_code(company)
    send(company)
    assert isinstance(enter(company, request.request_id, texted(company)), Recognised)


def test_a_stranger_who_asks_and_asks_does_not_lock_the_owner_out(company: Any) -> None:
    for _ in range(50):
        ask_code(company, visitor=STRANGER)
    held_up = ask_code(company, visitor=STRANGER)
    assert isinstance(held_up, TooOften)
    assert 0 < held_up.retry_after_s <= 86_400
    assert isinstance(ask_code(company, visitor=OWNER), Asked)
    company.clock.advance(timedelta(seconds=held_up.retry_after_s))
    assert isinstance(ask_code(company, visitor=STRANGER), Asked)


def test_one_sender_cannot_try_many_addresses(company: Any) -> None:
    asked = [ask_code(company, address=f"+1202555{number:04}") for number in range(70)]
    assert sum(isinstance(one, Asked) for one in asked) == 60
    assert isinstance(asked[-1], TooOften)


def test_a_known_and_an_unknown_address_get_the_same_answer(company: Any) -> None:
    company.person("ann", phone=PHONE)
    company.resolve()
    known, unknown = ask_code(company), ask_code(company, address="+12025550178")
    assert (type(known), known.expires_at) == (type(unknown), unknown.expires_at)
    for _ in range(2):
        ask_code(company)
        ask_code(company, address="+12025550178")
    assert ask_code(company) == ask_code(company, address="+12025550178"), "also when it is too often"
    send(company)
    assert {one["to"] for one in company.gateway.received} == {PHONE, "+12025550178"}


def test_the_code_of_one_request_is_wrong_for_another(company: Any) -> None:
    first, second = ask_code(company), ask_code(company, address="+12025550178", visitor=STRANGER)
    send(company)
    codes = {one["to"]: re.search(r"\d{6}", one["text"])[0] for one in company.gateway.received}  # type: ignore[index]
    assert enter(company, second.request_id, codes[PHONE]).reason is Reason.WRONG
    assert isinstance(enter(company, first.request_id, codes[PHONE]), Recognised)


def test_right_codes_and_wrong_ones_at_once_count_once_and_five_times(company: Any) -> None:
    request = ask_code(company)
    send(company)
    right, now = texted(company), company.clock.now()

    def enter_it(code: str) -> Any:
        return recognition.confirm_code(company.stores, request.request_id, code, secret=SECRET, now=now)

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(enter_it, [right] * 8))
    assert sum(isinstance(one, Recognised) for one in done) == 1
    other = ask_code(company)
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda code: recognition.confirm_code(
            company.stores, other.request_id, code, secret=SECRET, now=now), ["999999"] * 20))  # fmt: skip
    assert sum(one.reason is Reason.WRONG or one.tries_left == 0 for one in done) >= 5
    with company.stores.state.read() as tx:
        row = tx.one(parse_state("t", "select tries from messaging_recognition where request_id = :id"),
                     id=other.request_id)  # fmt: skip
    assert row == {"tries": 5}


def test_no_code_is_kept_anywhere(company: Any, caplog: pytest.LogCaptureFixture) -> None:
    request = ask_code(company)
    send(company)
    code = texted(company)
    enter(company, request.request_id, "x")
    enter(company, request.request_id, code)
    settle(company)
    with company.stores.state.read() as tx:
        tables = ("messaging_recognition", "messaging_send", "messaging_attempt", "messaging_decision",
                  "messaging_link", "messaging_outbox")  # fmt: skip
        kept = [str(tx.rows(parse_state("t", f"select * from {table}"))) for table in tables]
    words = re.findall(r"\b\d{6}\b", " ".join(kept) + caplog.text)
    bodies = b" ".join(body for _, body in company.stores.log.read(after=0, rows_max=10_000)).decode()
    assert code not in words
    assert code not in re.findall(r"\b\d{6}\b", bodies)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_bot_token_joins_the_messenger_with_whom_got_it_once(company: Any) -> None:
    turn(company, "bot", is_on=True, benefit=TEN, bot_url="https://t.me/shop_bot?start={token}")
    (person,) = company.people(1)
    handed = hand(company, "bot", person_id=person)
    assert re.fullmatch(r"https://t\.me/shop_bot\?start=[A-Za-z0-9_-]{1,64}", handed.url)
    done = bring(company, "bot", handed.token, "telegram", " 777 ")
    assert isinstance(done, Recognised)
    assert done.benefit == TEN
    assert whose(company, "777") == [person]
    assert verified(company, "telegram", "777") == micros(company.clock.now()), "nobody had it before"
    assert bring(company, "bot", handed.token, "telegram", "888") == Refused(Reason.USED)
    assert whose(company, "888") == []
    second = bring(company, "bot", hand(company, "bot", person_id=person).token, "vk", "99")
    assert isinstance(second, Recognised)
    assert second.benefit is None, "a benefit is given once"
    late = hand(company, "bot", person_id=person)
    company.clock.advance(timedelta(days=1))
    assert bring(company, "bot", late.token, "telegram", "1") == Refused(Reason.OVER)


def test_a_bot_token_of_a_visitor_joins_the_browser(company: Any) -> None:
    visit(company, "browser-1")
    handed = hand(company, "bot", anonymous_id="browser-1")
    assert isinstance(bring(company, "bot", handed.token, "telegram", "777"), Recognised)
    assert whose(company, "browser-1") == whose(company, "777") != []
    assert verified(company, "telegram", "777")
    assert verified(company, "anonymous_id", "browser-1") is None, "anybody may sit at it"


def test_two_accounts_never_become_one_by_a_passed_on_link(company: Any) -> None:
    company.person("ann", email=ANN)
    company.person("bob", email="bob@example.test")
    company.tell("identify", identifiers={"user_id": "bob", "telegram": "777"})
    company.resolve()
    handed = hand(company, "bot", person_id=company.id_of("ann"))
    assert isinstance(bring(company, "bot", handed.token, "telegram", "777"), Recognised)
    assert whose(company, "ann") != whose(company, "bob")


@pytest.mark.parametrize(("kind", "value"), [("telegram", "@ann"), ("user_id", "bob"), ("email", ANN), ("", "")])
def test_only_messengers_bring_bot_tokens_back(company: Any, kind: str, value: str) -> None:
    (person,) = company.people(1)
    token = hand(company, "bot", person_id=person).token
    with pytest.raises(Invalid):
        bring(company, "bot", token, kind, value)
    assert isinstance(bring(company, "bot", token, "telegram", "777"), Recognised), "the token is not spent"


def test_a_persons_qr_is_shown_at_the_till_or_opened_once(company: Any) -> None:
    (person,) = company.people(1)
    handed = hand(company, "qr", person_id=person, place="Arbat")
    assert recognition.token_stands(company.stores, "qr", handed.token, secret=SECRET, now=company.clock.now()) is None
    assert isinstance(bring(company, "qr", handed.token), Recognised)
    assert bring(company, "qr", handed.token) == Refused(Reason.USED)
    (event,) = told(company)
    assert event.properties == {"way": "qr", "place": "Arbat"}
    opened = hand(company, "qr", person_id=person)
    assert isinstance(bring(company, "qr", opened.token, "anonymous_id", "browser-9"), Recognised)
    assert whose(company, "browser-9") == [person]


def test_nobody_is_handed_a_token_that_could_not_be_theirs(company: Any) -> None:
    (person,) = company.people(1)
    with pytest.raises(Missing):
        hand(company, "bot", person_id=10**9)
    for fields in ({}, {"person_id": person, "anonymous_id": "b"}):
        with pytest.raises(Invalid):
            hand(company, "bot", **fields)
    with pytest.raises(Invalid):
        hand(company, "code", person_id=person)
    with pytest.raises(Missing):
        hand(company, "pigeon", person_id=person)
    turn(company, "bot", is_on=False)
    with pytest.raises(Conflict):
        hand(company, "bot", person_id=person)


def test_a_way_that_is_switched_off_ends_what_is_under_way(company: Any) -> None:
    ask(company)
    send(company)
    turn(company, "magic_link", is_on=False)
    assert click(company, mailed(company)) == Refused(Reason.OFF)
    with pytest.raises(Conflict):
        ask(company)


def test_a_place_is_named_by_us_alone() -> None:
    url = recognition.place_url("https://shop.test", SECRET, "Арбат, 1")
    token = url.rpartition("=")[2]
    assert recognition.place_of(SECRET, token) == "Арбат, 1"
    assert recognition.place_of(b"t" * 32, token) == ""
    for wrong in ("", " ", "я" * 50):
        with pytest.raises(Invalid):
            recognition.place_url("https://shop.test", SECRET, wrong)


# --- card ------------------------------------------------------------------------------------------------------------


def see(company: Any, card: str, **fields: Any) -> recognition.CardSeen:
    found = recognition.see_card(
        company.stores, card, **{"place": "Arbat", "by": "till@shop.test", **fields}, now=company.clock.now(),
        ids=company.ids,
    )  # fmt: skip
    settle(company)
    return found


def test_a_card_at_the_till_is_its_holder(company: Any) -> None:
    turn(company, "card", is_on=True, benefit=TEN)
    company.tell("identify", identifiers={"user_id": "ann", "card": "4006381333931"})
    company.resolve()
    first = see(company, " 4006 3813 3393 1 ")
    assert (first.person_id, first.recognised.benefit) == (company.id_of("ann"), TEN)
    second = see(company, "4006381333931")
    assert second.recognised.benefit is None
    assert [one.properties.get("by") for one in told(company)] == ["till@shop.test"] * 2
    assert see(company, "NEW-77").person_id == 0
    assert see(company, "new 77").person_id != 0
    for wrong in ("4006381333932", "", "Ж12", "x" * 40, "0000"):
        with pytest.raises(Invalid):
            see(company, wrong)


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_was_never_proved_is_forgotten_and_what_was_is_kept(company: Any) -> None:
    proved = ask_code(company)
    send(company)
    enter(company, proved.request_id, texted(company))
    ask(company)
    company.clock.advance(timedelta(days=8))
    send(company)
    with company.stores.state.read() as tx:
        rows = tx.rows(parse_state("t", "select request_id, state from messaging_recognition"))
    assert [(row["request_id"], row["state"]) for row in rows] == [(proved.request_id, "proved")]


@pytest.mark.parametrize(("fields", "field"), [
    ({"address": "no address"}, "address"), ({"channel": "sms"}, "channel"), ({"way": "bot"}, "way"),
    ({"way": "pigeon"}, "way"), ({"place": "x" * 300}, "place"),
])  # fmt: skip
def test_a_wish_that_says_nothing_is_refused(company: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises((Invalid, Missing)) as refused:
        ask(company, **fields)
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(("fields", "field"), [
    ({"bot_url": "http://t.me/x?start={token}"}, "bot_url"), ({"bot_url": "https://t.me/x"}, "bot_url"),
    ({"benefit": Benefit(" ")}, "name"), ({"benefit": Benefit("x", coupon="y" * 100)}, "coupon"),
    ({"title_en": "x" * 400}, "title_en"),
])  # fmt: skip
def test_a_way_is_not_set_to_what_cannot_be_shown(company: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        turn(company, "bot", is_on=True, **fields)
    assert refused.value.facts["field"] == field


def test_pictures_read_back_as_what_they_say() -> None:
    """A barcode's modules, by the standard's own tables; a picture's pixels, by its modules."""
    left = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111",
            "0001011")  # fmt: skip
    mirrored = [code.translate(str.maketrans("01", "10"))[::-1] for code in left]
    parity = {"LGLLGG": "4"}  # the first digit is told by which table each of the next six is from
    modules = recognition.bars("4006381333931")
    assert (modules[:3], modules[45:50], modules[-3:]) == ("101", "01010", "101")
    six = [modules[3 + 7 * n : 10 + 7 * n] for n in range(6)]
    first = parity["".join("L" if code in left else "G" for code in six)]
    digits = [str((left if code in left else mirrored).index(code)) for code in six]
    right = [modules[50 + 7 * n : 57 + 7 * n].translate(str.maketrans("01", "10")) for n in range(6)]
    assert first + "".join(digits) + "".join(str(left.index(code)) for code in right) == "4006381333931"
    rows = recognition.qr_rows("https://shop.test/me?at=x")
    drawn = recognition.svg(rows, quiet=4, title='<"&')
    dark = {
        (int(x) + dx, int(y) + dy)
        for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", drawn)
        for dx in range(int(w))
        for dy in range(int(h))
    }
    assert dark == {(x + 4, y + 4) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit == "1"}
    assert 'aria-label="&lt;&quot;&amp;"' in drawn
