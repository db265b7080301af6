"""The send state machine: nobody twice, nobody skipped, a reason for everyone, whatever the providers and kills do."""

import json
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from omniloom import identity, messaging
from omniloom.core.event import decode
from omniloom.messaging.decision import Reason
from omniloom.messaging.deliver import STEPS
from omniloom.store.sql import parse_state

WITHDRAW = parse_state("test.withdraw", "update profiles_consent set is_given = 0 where channel = :channel")


class Killed(BaseException):
    """Stands for the worker's sudden death."""


def events_of(company: Any) -> list[Any]:
    return [decode(body) for _, body in company.stores.log.read(after=0, rows_max=100_000)]


def test_each_person_gets_one_mail_and_the_log_learns_of_it(company: Any) -> None:
    people = company.people(20)
    company.mailing("c1", people)
    company.deliver_all()
    tally = messaging.tally(company.stores, "c1")
    assert (tally.planned, tally.accepted, tally.open, tally.by_channel) == (20, 20, 0, {"email": 20})
    assert sorted(to for to, _ in company.smtp.received) == sorted(f"p{n}@example.test" for n in range(20))
    assert company.gateway.received == []
    assert company.smtp.connections <= 16
    for _ in range(2):
        messaging.report_outcomes(company.stores)
    sent = [event for event in events_of(company) if event.name == "Message Sent"]
    assert len(sent) == 20
    assert sent[0].identifiers.keys() == {"email", "user_id"}
    assert sent[0].properties["campaign"] == "Campaign c1"


def test_planning_twice_plans_once(company: Any) -> None:
    people = company.people(3)
    company.mailing("c1", people)
    assert (
        messaging.plan(company.stores, campaign_id="c1", person_ids=people, now=company.clock.now(), ids=company.ids)
        == 0
    )


def test_a_refused_address_is_suppressed_and_the_next_channel_gets_the_message(company: Any) -> None:
    people = company.people(2)
    company.smtp.script["p0@example.test"] = ["550 5.1.1 no such user"]
    company.mailing("c1", people)
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").by_channel == {"email": 1, "sms": 1}
    assert [told["to"] for told in company.gateway.received] == ["+12025550000"]
    view = messaging.sends_of(company.stores, people[0])[0]
    assert (view.state, view.channel, view.address) == ("accepted", "sms", "+12025550000")
    assert [(d.channel, d.reason) for d in view.decisions][:2] == [("email", "allowed"), ("email", "refused")]
    company.mailing("c2", people, channels=("email",))
    company.deliver_all()
    assert messaging.sends_of(company.stores, people[0])[0].reason in ("suppressed", "")
    assert messaging.tally(company.stores, "c2").suppressed == 1
    messaging.report_outcomes(company.stores)
    assert [e.properties["channel"] for e in events_of(company) if e.name == "Message Bounced"] == ["email"]


def test_a_person_refused_everywhere_is_rejected(company: Any) -> None:
    people = company.people(1)
    company.smtp.script["p0@example.test"] = ["554 5.7.1 not from you"]
    company.gateway.script["+12025550000"] = ["422 invalid_number"]
    company.mailing("c1", people)
    company.deliver_all()
    tally = messaging.tally(company.stores, "c1")
    assert (tally.rejected, tally.rejected_by) == (1, {"refused": 1})


def test_while_the_smtp_server_is_down_everyone_waits_and_nobody_is_lost(company: Any) -> None:
    people = company.people(5)
    company.smtp.down()
    company.mailing("c1", people, channels=("email",))
    for _ in range(8):
        company.deliver()
        company.clock.advance(timedelta(minutes=31))
    assert messaging.tally(company.stores, "c1").open == 5
    view = messaging.sends_of(company.stores, people[0])[0]
    assert (view.state, view.decisions[-1].reason) == ("planned", "try_later")
    assert "Connect" in view.decisions[-1].detail
    company.smtp.up()
    company.transport._wires._down.clear()
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").accepted == 5
    assert len(company.smtp.received) == 5


def test_a_recipient_put_off_too_often_is_given_up_and_falls_back(company: Any) -> None:
    people = company.people(1)
    company.smtp.script["p0@example.test"] = ["450 4.2.1 greylisted"] * 20
    company.mailing("c1", people)
    company.policy(quiet_from="00:00", quiet_to="00:00")
    for _ in range(12):
        company.deliver()
        company.clock.advance(timedelta(hours=5))
    assert messaging.tally(company.stores, "c1").by_channel == {"sms": 1}
    assert 20 - len(company.smtp.script["p0@example.test"]) == 6
    reasons = [d.reason for d in messaging.sends_of(company.stores, people[0])[0].decisions]
    assert reasons.count("try_later") == 5
    assert "gave_up" in reasons


def test_silence_after_the_mail_is_unknown_and_is_never_sent_again(company: Any) -> None:
    people = company.people(3)
    company.smtp.script["p0@example.test"] = ["drop_in_silence"]
    company.smtp.script["p1@example.test"] = ["drop_at_data"]
    company.gateway.script["+12025550002"] = ["drop_in_silence"]
    company.smtp.script["p2@example.test"] = ["550 5.1.1 gone"]
    company.mailing("c1", people)
    company.deliver_all()
    tally = messaging.tally(company.stores, "c1")
    assert (tally.unknown, tally.accepted) == (2, 1)
    assert sorted(to for to, _ in company.smtp.received) == ["p0@example.test", "p1@example.test"]
    assert len(company.gateway.received) == 1


def test_a_transactional_message_goes_again_after_silence_under_the_same_key(company: Any) -> None:
    people = company.people(1, consents=())
    company.smtp.script["p0@example.test"] = ["drop_in_silence"]
    company.mailing("receipt", people, channels=("email",), kind="transactional")
    company.deliver_all()
    assert messaging.tally(company.stores, "receipt").accepted == 1
    ids = [
        next(line for line in mail.split(b"\r\n") if line.startswith(b"Message-ID"))
        for _, mail in company.smtp.received
    ]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert b"List-Unsubscribe" not in company.smtp.received[0][1]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("batch", [0, 1])
def test_killed_between_any_two_steps_nobody_gets_it_twice_and_nobody_is_skipped(
    company: Any, step: str, batch: int
) -> None:
    people = company.people(12)
    company.mailing("c1", people)
    seen = []

    def dies(at: str) -> None:
        seen.append(at)
        if at == step and seen.count(step) > batch:
            raise Killed

    with pytest.raises(Killed):
        company.deliver(rows_max=4, between=dies)
    messaging.reconcile(company.stores, now=company.clock.now(), is_restart=True)
    company.deliver_all(rows_max=4)
    tally = messaging.tally(company.stores, "c1")
    assert tally.accepted + tally.unknown == tally.planned == 12
    assert tally.unknown == (4 if step in ("intended", "sent") else 0)
    received = [to for to, _ in company.smtp.received]
    assert len(received) == len(set(received)) == (8 if step == "intended" else 12)
    if tally.unknown:
        messaging.report_outcomes(company.stores)
        assert len([e for e in events_of(company) if e.name == "Message Sent"]) == 8


def test_a_killed_transactional_worker_loses_nobody(company: Any) -> None:
    people = company.people(4)
    company.mailing("receipt", people, channels=("email",), kind="transactional")

    def dies(at: str) -> None:
        if at == "sent":
            raise Killed

    with pytest.raises(Killed):
        company.deliver(between=dies)
    messaging.reconcile(company.stores, now=company.clock.now(), is_restart=True)
    company.deliver_all()
    assert messaging.tally(company.stores, "receipt").accepted == 4
    assert len(company.smtp.received) == 8  # one extra copy each, same Message-ID


def test_a_restart_frees_leases_of_a_clock_that_was_set_back_since(company: Any) -> None:
    def dies(_: str) -> None:
        raise Killed

    company.mailing("c1", company.people(2))
    company.clock.advance(timedelta(days=3))
    with pytest.raises(Killed):
        company.deliver(between=dies)
    company.clock.advance(timedelta(days=-3))
    assert messaging.reconcile(company.stores, now=company.clock.now()) == 0
    assert messaging.reconcile(company.stores, now=company.clock.now(), is_restart=True) == 2
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").accepted == 2


def test_without_a_restart_a_dead_workers_leases_are_freed_when_they_run_out(company: Any) -> None:
    company.mailing("c1", company.people(2))

    def dies(at: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        company.deliver(between=dies)
    assert company.deliver().rows == 0
    company.clock.advance(timedelta(minutes=6))
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").accepted == 2


def test_a_worker_past_its_lease_changes_nothing(company: Any) -> None:
    company.mailing("c1", company.people(2))

    def sleeps(at: str) -> None:
        if at == "sent":
            company.clock.advance(timedelta(minutes=10))
            messaging.reconcile(company.stores, now=company.clock.now())

    company.deliver(between=sleeps)
    tally = messaging.tally(company.stores, "c1")
    assert (tally.unknown, tally.accepted) == (2, 0)

    def overtaken(at: str) -> None:
        if at == "prepared":
            company.clock.advance(timedelta(minutes=10))
            messaging.reconcile(company.stores, now=company.clock.now())

    company.mailing("c2", [company.id_of("p0")])
    company.deliver(between=overtaken, rows_max=1)
    assert messaging.tally(company.stores, "c2").accepted + messaging.tally(company.stores, "c2").open == 1
    assert sum(to == "p0@example.test" for to, _ in company.smtp.received) <= 2


def test_what_changes_after_rendering_is_seen_by_the_intent(company: Any) -> None:
    people = company.people(4)
    company.mailing("c1", people)
    url = company.transport.site.public_url

    def withdraws(at: str) -> None:
        if at == "prepared":
            with company.stores.state.write() as tx:
                tx.run(WITHDRAW, channel="email")
                tx.run(WITHDRAW, channel="sms")

    company.deliver(between=withdraws)
    assert company.smtp.received == [], url
    assert messaging.tally(company.stores, "c1").skipped == {Reason.NO_CONSENT: 4}


def test_a_cancelled_mailing_sends_nothing_more(company: Any) -> None:
    people = company.people(6)
    company.mailing("c1", people)
    company.mailing("c2", people)

    def cancels(at: str) -> None:
        if at == "prepared":
            messaging.cancel_mailing(company.stores, "c1", now=company.clock.now())
            messaging.hold_mailing(company.stores, "c2")

    company.deliver(between=cancels, rows_max=2)
    assert company.smtp.received == []
    assert messaging.tally(company.stores, "c1").skipped == {"cancelled": 6}
    assert messaging.tally(company.stores, "c2").open == 6
    messaging.resume_mailing(company.stores, "c2")
    company.deliver_all()
    assert messaging.tally(company.stores, "c2").accepted == 6


@pytest.mark.parametrize("batch", [4, 40])
def test_one_cap_holds_over_channels_campaigns_and_batches(company: Any, batch: int) -> None:
    people = company.people(5)
    company.policy(cap_messages=3, cap_days=7)
    for n in range(8):
        company.mailing(f"c{n}", people, channels=("email", "sms") if n % 2 else ("sms", "email"))
    company.deliver_all(rows_max=batch)
    got = [to for to, _ in company.smtp.received] + [told["to"] for told in company.gateway.received]
    assert len(got) == 15
    skipped = [messaging.tally(company.stores, f"c{n}").skipped.get("frequency_cap", 0) for n in range(8)]
    assert sum(skipped) == 25
    company.mailing("receipt", people, channels=("email",), kind="transactional")
    company.deliver_all()
    assert messaging.tally(company.stores, "receipt").accepted == 5
    company.clock.advance(timedelta(days=8))
    company.mailing("later", people)
    company.deliver_all()
    assert messaging.tally(company.stores, "later").accepted == 5


def test_two_people_with_one_address_get_one_message(company: Any) -> None:
    company.people(2)
    company.tell("identify", identifiers={"user_id": "p1", "email": "p0@example.test"})
    company.resolve()
    people = [company.id_of("p0"), company.id_of("p1")]
    company.mailing("c1", people, channels=("email",))
    company.deliver_all()
    addresses = [to for to, _ in company.smtp.received]
    assert len(addresses) == len(set(addresses))


def test_quiet_hours_hold_in_the_persons_own_zone(company: Any) -> None:
    company.person("night", email="night@example.test", timezone="Asia/Vladivostok")  # 19:00 at 09:00 UTC
    company.person("day", email="day@example.test", timezone="Asia/Tokyo")
    company.person("dark", email="dark@example.test", timezone="America/New_York")  # 04:00
    company.resolve()
    company.mailing("c1", [company.id_of(name) for name in ("night", "day", "dark")], channels=("email",))
    company.deliver()
    assert sorted(to for to, _ in company.smtp.received) == ["day@example.test", "night@example.test"]
    company.clock.advance(timedelta(hours=4, minutes=59))
    company.deliver()
    assert len(company.smtp.received) == 2
    company.clock.advance(timedelta(minutes=1))
    company.deliver()
    assert len(company.smtp.received) == 3


def test_a_template_that_never_ends_holds_the_mailing_and_loses_nobody(company: Any) -> None:
    endless = "{% for i in (1..1000) %}{% assign a = i | times: 3 | append: 'x' %}{% endfor %}" * 800
    people = company.people(4)
    company.mailing("c1", people, channels=("email",), email=company.template(body=endless))
    quick = messaging.Renderer(wall_s=0.2)
    try:
        messaging.deliver(company.stores, company.transport, quick, clock=company.clock, ids=company.ids)
    finally:
        quick.close()
    held = messaging.mailing(company.stores, "c1")
    assert held.state == "held"
    assert "over 0.2 s" in held.state_reason
    assert messaging.tally(company.stores, "c1").open == 4


def test_a_template_that_fails_for_one_person_is_that_persons_reason(company: Any) -> None:
    company.person("ok", email="ok@example.test", visits=2)
    company.person("bad", email="bad@example.test", visits=0)
    company.resolve()
    body = company.template(body="{{ 10 | divided_by: person.visits }}")
    company.mailing("c1", [company.id_of("ok"), company.id_of("bad")], channels=("email",), email=body)
    company.deliver_all()
    tally = messaging.tally(company.stores, "c1")
    assert (tally.accepted, tally.rejected_by) == (1, {"render_failed": 1})


def test_every_mail_holds_its_own_person_only(company: Any) -> None:
    people = company.people(60)
    company.smtp.script["p3@example.test"] = ["data 554 5.7.1 spam"]
    company.smtp.script["p7@example.test"] = ["451 4.3.0 later"]
    body = company.template(body='<p>canary-{{ person.name }}-end</p><a href="https://shop.test/x?a=1&amp;b=2">go</a>')
    company.mailing("c1", people, channels=("email",), email=body)
    company.deliver_all()
    for to, mail in company.smtp.received:
        text = mail.replace(b"=\r\n", b"").decode()
        name = to.partition("@")[0]
        assert text.count("canary-") == text.count(f"canary-{name}-end") == 2
        assert f"To: {to}" in text
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in text
        assert "https://shop.test/x?" not in text
        assert "https://shop.test/l/" in text
    assert len(company.smtp.received) == 59


@pytest.mark.parametrize("reply", ["450 4.2.1 greylisted", "550 5.1.1 no such user", "421 4.3.2 going down"])
def test_who_was_put_off_or_refused_while_the_mailing_was_cancelled_waits_no_longer(company: Any, reply: str) -> None:
    company.smtp.script["p0@example.test"] = [reply]
    company.mailing("c1", company.people(2))

    def cancels(at: str) -> None:
        if at == "intended":
            messaging.cancel_mailing(company.stores, "c1", now=company.clock.now())

    company.deliver(between=cancels)
    tally = messaging.tally(company.stores, "c1")
    assert (tally.accepted, tally.skipped, tally.open) == (1, {"cancelled": 1}, 0)


@pytest.mark.parametrize("kind", ["marketing", "transactional"])
def test_a_crash_after_a_cancellation_leaves_nobody_waiting(company: Any, kind: str) -> None:
    company.mailing("c1", company.people(1), channels=("email",), kind=kind)

    def cancels_and_dies(at: str) -> None:
        if at == "intended":
            messaging.cancel_mailing(company.stores, "c1", now=company.clock.now())
            raise Killed

    with pytest.raises(Killed):
        company.deliver(between=cancels_and_dies)
    messaging.reconcile(company.stores, now=company.clock.now(), is_restart=True)
    company.deliver()
    tally = messaging.tally(company.stores, "c1")
    assert (tally.unknown, tally.open) == (1, 0)


@pytest.mark.parametrize("rows_max", [16, 1])
def test_two_recipients_who_became_one_person_get_one_message(company: Any, rows_max: int) -> None:
    known = ({"email": "a@example.test"}, {"phone": "+12025550001"})
    for identifiers in known:
        company.tell("track", name="Consent Given", identifiers=identifiers, properties={"channel": "*"})
    company.resolve()
    people = [company.id_of(value) for identifiers in known for value in identifiers.values()]
    company.mailing("c1", people)
    company.tell("identify", identifiers=known[0] | known[1])
    company.resolve()
    assert identity.root_of(company.stores, people[0]) == identity.root_of(company.stores, people[1])
    company.deliver_all(rows_max=rows_max)
    assert len(company.smtp.received) + len(company.gateway.received) == 1
    tally = messaging.tally(company.stores, "c1")
    assert (tally.accepted, tally.skipped, tally.open) == (1, {"same_person": 1}, 0)


def test_a_slow_provider_gives_the_other_acts_their_turn(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("omniloom.messaging.deliver"), "TURN_S", 0.0)
    company.mailing("c1", company.people(5))
    done = company.deliver(rows_max=2)
    assert (done.rows, done.is_done) == (2, False)
    assert messaging.tally(company.stores, "c1").accepted == 2


def test_sms_go_to_the_gateway_with_our_key(company: Any) -> None:
    people = company.people(1)
    text = company.template("sms", subject="", body="Hi {{ person.name }}: https://shop.test/sale.")
    company.mailing("c1", people, channels=("sms",), sms=text)
    company.deliver_all()
    told = company.gateway.received[0]
    assert told["id"].endswith(".sms")
    assert told["text"].startswith("Hi p0: https://shop.test/l/")
    assert told["text"].endswith(".")
    assert json.dumps(told).count("unsubscribe") == 0


def test_a_channel_that_is_off_is_passed_over(company: Any) -> None:
    people = company.people(1)
    messaging.save_channel_settings(
        company.stores, "email", {}, secret=b"s" * 32, now=company.clock.now(), is_enabled=False
    )
    company.mailing("c1", people)
    company.deliver_all()
    assert messaging.tally(company.stores, "c1").by_channel == {"sms": 1}


def test_texts_renewed_while_a_batch_is_prepared_are_the_ones_that_go_out(company: Any) -> None:
    old, new = company.template("sms", body="Old"), company.template("sms", body="New")
    company.mailing("c1", company.people(2), channels=("sms",), sms=old)

    def renews(step: str) -> None:
        if step == "prepared":
            with company.stores.state.write() as tx:
                messaging.renew_texts(tx, "c1", {"sms": new})

    company.deliver(between=renews)
    company.deliver_all()
    assert [told["text"] for told in company.gateway.received] == ["New", "New"]
    with company.stores.state.write() as tx:
        assert not messaging.renew_texts(tx, "c1", {"sms": old})
