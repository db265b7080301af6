"""Leaving, preferences and callbacks: in force when answered, whoever else is down; and what previews say."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.engines import EMBEDDED, chosen

from omniloom import messaging, profiles
from omniloom.core.errors import Denied, Invalid, Missing
from omniloom.core.event import decode
from omniloom.messaging.callback import SIGNATURE, TIMESTAMP, signature
from omniloom.store import settle_through, settled
from omniloom.store.sql import parse_state

SECRET = b"s" * 32
ATTEMPTS = parse_state(
    "t", "select person_id, channel, intent_at from messaging_attempt where campaign_id = :campaign_id"
)


def token_of(company: Any, person_id: int, channel: str = "email", *, page: str = "unsubscribe") -> str:
    send = messaging.sends_of(company.stores, person_id)[0]
    site = company.transport.site
    url = site.unsubscribe_url if page == "unsubscribe" else site.preferences_url
    return url(send.send_id, channel).rpartition("/")[2]


def counted(company: Any) -> list[Any]:
    """The events of the log that count: without duplicates."""
    stores = company.stores
    settle_through(stores, stores.log.last_position(), now=company.clock.now())
    return [decode(message.body) for message in settled(stores, after=0, rows_max=100_000).messages]


def events_of(company: Any, name: str) -> list[Any]:
    return [event for event in counted(company) if event.name == name]


def test_who_left_gets_nothing_more_and_history_says_so_once(company: Any) -> None:
    people = company.people(1)
    company.mailing("c1", people)
    company.deliver_all()
    token = token_of(company, people[0])
    company.clock.advance(timedelta(minutes=1))
    for _ in range(3):
        shown = messaging.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="one-click")
        assert shown is not None
        messaging.try_flush(company.stores)
    assert [(c.channel, c.address, c.is_on) for c in shown.choices] == [
        ("email", "p***@example.test", False), ("sms", "+1***00", True),
    ]  # fmt: skip
    company.mailing("c2", people, channels=("email",))
    company.mailing("c3", people, channels=("email", "sms"))
    company.mailing("receipt", people, channels=("email",), kind="transactional")
    company.deliver_all()
    assert messaging.tally(company.stores, "c2").suppressed == 1
    assert messaging.tally(company.stores, "c3").by_channel == {"sms": 1}
    assert messaging.tally(company.stores, "receipt").accepted == 1
    assert len(events_of(company, "Unsubscribed")) == 1
    company.resolve()
    history = [e for e in profiles.consent_history(company.stores, people[0]) if not e.is_given]
    assert [(e.channel, e.purpose, e.method) for e in history] == [("email", "marketing", "one-click")]


def test_nothing_is_intended_after_an_unsubscription_was_answered(company: Any) -> None:
    """The race: people leave from another thread at any time of a running mailing."""
    people = company.people(40)
    company.mailing("c0", people, channels=("sms",))
    company.deliver_all()
    site = company.transport.site
    tokens = {p: site.unsubscribe_url(messaging.sends_of(company.stores, p)[0].send_id, "sms").rpartition("/")[2]
              for p in people}  # fmt: skip
    company.mailing("c1", people, channels=("sms",))
    answered: dict[int, int] = {}
    count_intents = parse_state("t", "select count(*) as n from messaging_attempt where campaign_id = 'c1'")

    def leave() -> None:
        for person in people[::3]:
            messaging.unsubscribe(company.stores, tokens[person], secret=SECRET, now=company.clock.now(), method="x")
            with company.stores.state.read() as tx:
                row = tx.one(count_intents)
            answered[person] = row["n"] if row else 0

    order: list[int] = []

    def look(step: str) -> None:
        if step == "intended":
            with company.stores.state.read() as tx:
                order.extend(r["person_id"] for r in tx.rows(ATTEMPTS, campaign_id="c1") if r["person_id"] not in order)

    leaver = threading.Thread(target=leave)
    leaver.start()
    company.deliver_all(rows_max=3, between=look)
    leaver.join()
    for person, intents_before in answered.items():
        if person in order:
            batch_start = order.index(person) // 3 * 3
            assert batch_start < intents_before + 3, "an intent was written after the answer"
    tally = messaging.tally(company.stores, "c1")
    assert tally.accepted + tally.suppressed == 40


def test_leaving_works_while_the_log_refuses_and_is_told_later(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from omniloom.core.errors import Unavailable

    people = company.people(1)
    company.mailing("c1", people)
    company.deliver_all()
    token = token_of(company, people[0])

    def refuses(*_: Any, **__: Any) -> Any:
        raise Unavailable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(type(company.stores.log), "append", refuses)
        assert messaging.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="x")
        messaging.try_flush(company.stores)
    assert events_of(company, "Unsubscribed") == []
    messaging.report_outcomes(company.stores)
    assert len(events_of(company, "Unsubscribed")) == 1


@pytest.mark.skipif(chosen() != EMBEDDED, reason="only files are moved")
def test_leaving_works_while_the_stores_are_moved(company: Any) -> None:
    people = company.people(1)
    company.mailing("c1", people)
    company.deliver_all()
    token = token_of(company, people[0])
    mover = threading.Thread(target=company.stores.state.hold)
    mover.start()
    mover.join()
    try:
        shown = messaging.unsubscribe(company.stores, token, secret=SECRET, now=company.clock.now(), method="x")
        messaging.try_flush(company.stores)
    finally:
        company.stores.state.let_go()
    assert shown is not None
    assert [choice.is_on for choice in shown.choices if choice.channel == "email"] == [False]
    company.resolve()
    history = [e for e in profiles.consent_history(company.stores, people[0]) if not e.is_given]
    assert [(e.channel, e.purpose, e.method) for e in history] == [("email", "marketing", "x")]
    company.mailing("c2", people, channels=("email",))
    company.deliver_all()
    assert messaging.tally(company.stores, "c2").accepted == 0


def test_a_person_may_come_back_by_the_preference_page(company: Any) -> None:
    people = company.people(1)
    company.mailing("c1", people)
    company.deliver_all()
    token = token_of(company, people[0], page="preferences")
    for wanted in (set(), {"email"}):
        company.clock.advance(timedelta(minutes=1))
        choice = messaging.voice.Choice(channels=frozenset(wanted))
        now = company.clock.now()
        messaging.voice.choose(company.stores, token, choice, secret=SECRET, now=now, wording="Write to me")
        messaging.report_outcomes(company.stores)
        company.resolve()
    company.mailing("c2", people)
    company.deliver_all()
    assert messaging.tally(company.stores, "c2").by_channel == {"email": 1}
    shown = messaging.voice.preferences(company.stores, token, secret=SECRET)
    assert shown is not None
    assert {c.channel: c.is_on for c in shown.choices} == {"email": True, "sms": False}


@pytest.mark.parametrize("token", ["", "x", "A" * 56, "é", "A" * 5000])
def test_a_token_that_is_not_ours_does_nothing(company: Any, token: str) -> None:
    now = company.clock.now()
    assert messaging.unsubscribe(company.stores, token, secret=SECRET, now=now, method="x") is None
    assert messaging.voice.preferences(company.stores, token, secret=SECRET) is None
    choice = messaging.voice.Choice(channels=frozenset())
    assert messaging.voice.choose(company.stores, token, choice, secret=SECRET, now=now, wording="Write to me") is None
    assert messaging.clicked(company.stores, token, secret=SECRET, now=now, by_machine=False) is None
    assert messaging.opened(company.stores, token, secret=SECRET, now=now, by_machine=False) is None


def hook(company: Any, channel: str, reports: list[dict[str, str]], *, delivery: str = "d1", key: str = "hook",
         age_s: int = 0) -> Any:  # fmt: skip
    body = json.dumps({"id": delivery, "reports": reports}).encode()
    stamp = str(int(company.clock.now().timestamp()) - age_s)
    headers = {TIMESTAMP: stamp, SIGNATURE: signature(key, stamp, body)}
    return messaging.receive_hook(company.stores, channel, body, headers, secret=SECRET, now=company.clock.now())


def test_reports_become_events_once_and_bad_numbers_are_closed(company: Any) -> None:
    people = company.people(2)
    company.mailing("c1", people, channels=("sms",))
    company.deliver_all()
    first, second = (told["id"] for told in sorted(company.gateway.received, key=lambda told: told["to"]))
    reports = [
        {"message_id": first, "status": "delivered"},
        {"message_id": second, "status": "failed", "error": "unknown_subscriber"},
        {"message_id": "nobody.sms", "status": "delivered"}, {"message_id": first, "status": "buffered"},
    ]  # fmt: skip
    for _ in range(3):
        assert hook(company, "sms", reports) == messaging.Received(taken=2, unknown=1)
    assert [e.identifiers["phone"] for e in events_of(company, "Message Delivered")] == ["+12025550000"]
    assert [e.properties["reason"] for e in events_of(company, "Message Bounced")] == ["unknown_subscriber"]
    company.mailing("c2", people, channels=("sms",))
    company.deliver_all()
    assert (messaging.tally(company.stores, "c2").accepted, messaging.tally(company.stores, "c2").suppressed) == (1, 1)


def test_a_report_tells_the_fate_of_an_unknown_message(company: Any) -> None:
    people = company.people(1)
    company.gateway.script["+12025550000"] = ["drop_in_silence"]
    company.mailing("c1", people, channels=("sms",))
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").unknown == 1
    hook(company, "sms", [{"message_id": company.gateway.received[0]["id"], "status": "delivered"}])
    assert messaging.tally(company.stores, "c1").accepted == 1
    messaging.report_outcomes(company.stores)
    assert len(events_of(company, "Message Sent")) == 1


def test_a_complaint_ends_marketing(company: Any) -> None:
    people = company.people(1)
    company.mailing("c1", people)
    company.deliver_all()
    key = f"{messaging.sends_of(company.stores, people[0])[0].send_id}.email"
    hook(company, "email", [{"message_id": key, "status": "complained"}])
    decision = messaging.consider(company.stores, people[0], channels=["email"], now=company.clock.now())
    assert decision.trail[0].detail == "complained"
    assert len(events_of(company, "Consent Withdrawn")) == 1


def test_callbacks_fail_closed(company: Any) -> None:
    with pytest.raises(Denied):
        hook(company, "sms", [], key="guess")
    with pytest.raises(Denied):
        hook(company, "sms", [], age_s=301)
    with pytest.raises(Denied):
        hook(company, "sms", [], age_s=-301)
    with pytest.raises(Denied):
        messaging.receive_hook(company.stores, "sms", b"{}", {}, secret=SECRET, now=company.clock.now())
    with pytest.raises(Missing):
        hook(company, "pigeon", [])
    stamp = str(int(company.clock.now().timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: signature("hook", stamp, b"[]")}
    with pytest.raises(Invalid):
        messaging.receive_hook(company.stores, "sms", b"[]", headers, secret=SECRET, now=company.clock.now())
    now = company.clock.now()
    with company.stores.state.write() as tx:
        tx.run(parse_state("t", "delete from messaging_channel"))
    with pytest.raises(Denied, match="off"):
        hook(company, "sms", [])
    messaging.save_channel_settings(
        company.stores, "sms", {"url": "https://gw.test", "token": "t", "sender": "S"}, secret=SECRET, now=now
    )
    with pytest.raises(Denied, match="hook_secret"):
        hook(company, "sms", [], key="")


def test_every_flipped_byte_of_a_callback_is_refused(company: Any) -> None:
    body = b'{"id": "d1", "reports": []}'
    stamp = str(int(company.clock.now().timestamp()))
    proof = signature("hook", stamp, body)

    def taken(body: bytes, stamp: str, proof: str) -> bool:
        try:
            messaging.receive_hook(
                company.stores,
                "sms",
                body,
                {TIMESTAMP: stamp, SIGNATURE: proof},
                secret=SECRET,
                now=company.clock.now(),
            )
        except Denied:
            return False
        return True

    assert taken(body, stamp, proof)
    for i in range(len(body)):
        assert not taken(body[:i] + bytes([body[i] ^ 1]) + body[i + 1 :], stamp, proof)
    for i in range(len(proof)):
        assert not taken(body, stamp, proof[:i] + ("0" if proof[i] != "0" else "1") + proof[i + 1 :])
    for i in range(len(stamp)):
        assert not taken(body, stamp[:i] + str((int(stamp[i]) + 1) % 10) + stamp[i + 1 :], proof)


def test_a_preview_shows_the_message_the_gaps_and_the_decision(company: Any) -> None:
    company.person("ann", email="ann@example.test", consents=("sms",), phone="+12025550123", city="Omsk")
    company.resolve()
    ann = company.id_of("ann")
    mail = company.template(
        subject="For {{ person.name }}", body="<p onclick=x()>{{ person.city }} {{ person.nick }}</p><script>x</script>"
    )
    shown = messaging.preview(company.stores, company.renderer, mail, ann, seen=dict)
    assert (shown.subject, shown.html, shown.missing) == ("For ann", "<p>Omsk </p>", ["person.nick"])
    text = company.template("sms", subject="", body="Привет, {{ person.name }}")
    length = messaging.preview(company.stores, company.renderer, text, ann, seen=dict).length
    assert length == messaging.SmsLength(is_gsm=False, units=11, segments=1)
    company.tell("identify", identifiers={"user_id": "ann"}, traits={"big": 10**30, "deep": {"list": [1, None, True]}})
    company.resolve()
    odd = company.template(body="{{ person.big }} {{ person.deep.list | join: ',' }}")
    assert messaging.preview(company.stores, company.renderer, odd, ann, seen=dict).text.startswith("1")
    broken = company.template(body="{{ 1 | divided_by: person.zero }}")
    assert messaging.preview(company.stores, company.renderer, broken, ann, seen=dict).failure
    decision = messaging.consider(company.stores, ann, channels=["email", "sms"], now=company.clock.now())
    assert decision.verdict == messaging.Send("sms", "+12025550123")
    assert [(step.channel, step.reason) for step in decision.trail] == [("email", "no_consent"), ("sms", "allowed")]
    with pytest.raises(Missing):
        messaging.preview(company.stores, company.renderer, mail, 999, seen=dict)


def test_templates_are_checked_when_saved(company: Any) -> None:
    for body, said in (
        ("{% for %}", "body"),
        ("{{ a | nope }}", "nope"),
        ("{% include 'x' %}", "include"),
        ("", "empty"),
    ):
        with pytest.raises(Invalid, match=said):
            company.template(body=body)
    with pytest.raises(Invalid, match="subject"):
        company.template(subject="{{")
    with pytest.raises(Invalid, match="64 KiB"):
        company.template(body="x" * 70_000)


def test_credentials_are_sealed_in_the_store_and_kept_when_left_empty(company: Any) -> None:
    now = company.clock.now()
    messaging.save_channel_settings(
        company.stores,
        "sms",
        {"token": "canary-token-77", "url": "https://gw.test", "sender": "S"},
        secret=SECRET,
        now=now,
    )
    messaging.save_channel_settings(company.stores, "sms", {"token": "", "sender": "T"}, secret=SECRET, now=now)
    kept = messaging.channel_settings(company.stores, "sms", SECRET)
    assert (kept.token, kept.sender, kept.url) == ("canary-token-77", "T", "https://gw.test")
    for path in company.stores.data_dir.rglob("*"):
        if path.is_file():
            assert b"canary-token-77" not in path.read_bytes(), path
    view = next(v for v in messaging.channel_views(company.stores) if v.channel == "sms")
    assert [(f.value, f.is_set) for f in view.fields if f.is_secret] == [("", True), ("", True)]
    for values in ({"url": "ftp://x"}, {"nope": "x"}):
        with pytest.raises(Invalid):
            messaging.save_channel_settings(company.stores, "sms", values, secret=SECRET, now=now)
    with pytest.raises(Invalid, match="whole number"):
        messaging.save_channel_settings(company.stores, "email", {"port": "x"}, secret=SECRET, now=now)


def test_the_policy_is_kept_and_checked(company: Any) -> None:
    company.policy(cap_messages=5, quiet_from="22:00", default_timezone="Europe/Moscow")
    kept = messaging.policy(company.stores)
    assert (kept.cap_messages, kept.quiet_from, kept.default_timezone) == (5, "22:00", "Europe/Moscow")
    for wrong in ({"cap_messages": 0}, {"cap_days": 0}, {"quiet_to": "9 o'clock"}, {"default_timezone": "Mars"}):
        with pytest.raises(Invalid):
            company.policy(**wrong)


def test_a_scanners_click_does_not_swallow_the_persons(company: Any) -> None:
    company.mailing(
        "c1", company.people(1), channels=("sms",), sms=company.template("sms", body="https://shop.example")
    )
    company.deliver_all()
    token = company.gateway.received[0]["text"].rpartition("/")[2]
    clicks = [
        messaging.clicked(company.stores, token, secret=SECRET, now=company.clock.now(), by_machine=by_machine)
        for by_machine in (True, False, False)
    ]
    ids = [click.event.message_id for click in clicks if click is not None]
    assert (len(ids), len(set(ids)), ids[1]) == (3, 2, ids[2])
