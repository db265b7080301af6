"""What a channel must be. A channel is whatever passes this file; a new file in the folder is tested here."""

import dataclasses
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.core.errors import Invalid
from omniloom.messaging import Channel, known_channels
from omniloom.messaging.callback import read_reports
from omniloom.messaging.channel import HttpCall, Later, Message, Phase, Refused, Reply, Sent, SmtpCall

KEY = "0123456789abcdef0123456789abcdef"
VALUES: dict[str, dict[str, Any]] = {
    "email": {"host": "mail.test", "from_address": "shop@shop.test", "from_name": "Лавка", "reply_to": "re@shop.test"},
    "sms": {"url": "https://gw.test/send", "token": "secret-token", "sender": "SHOP"},
}
ADDRESSES = {"email": "ann@example.test", "phone": "+12025550001"}

each_channel = pytest.mark.parametrize("key", list(known_channels()))


def settings_of(key: str) -> Any:
    return known_channels()[key].settings(**VALUES.get(key, {}))


def message_to(key: str, **fields: Any) -> Message:
    whole = {
        "key": f"{KEY}.{key}", "to": ADDRESSES[known_channels()[key].address_kind], "subject": "Hello",
        "body": "Hi there",
        "unsubscribe_url": "https://shop.test/u/" + "t" * 60, "at": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    }  # fmt: skip
    return Message(**(whole | fields))


def test_the_channels_of_the_first_release_are_there() -> None:
    assert {"email", "sms"} <= set(known_channels())


@each_channel
def test_the_examples_mean_what_they_say(key: str) -> None:
    channel = known_channels()[key]
    for example in channel.examples:
        assert channel.outcome(example.reply) == example.outcome
    outcomes = {type(example.outcome) for example in channel.examples}
    assert outcomes >= {Sent, Refused, Later}, "examples show every kind of outcome"
    assert any(isinstance(e.outcome, Refused) and e.outcome.is_address_bad for e in channel.examples)
    assert any(isinstance(e.outcome, Later) and e.outcome.is_outage for e in channel.examples)


@each_channel
def test_settings_explain_themselves_and_keep_secrets(key: str) -> None:
    for field in dataclasses.fields(known_channels()[key].settings):
        assert field.metadata["help"]
        if any(word in field.name for word in ("password", "token", "secret")):
            assert field.metadata["secret"], field.name
    assert known_channels()[key].problem(known_channels()[key].settings()), "empty settings are a problem"
    assert known_channels()[key].problem(settings_of(key)) == ""


@each_channel
def test_a_call_names_its_recipient_and_never_shows_its_secrets(key: str) -> None:
    message = message_to(key)
    call = known_channels()[key].call(message, settings_of(key))
    body = call.content if isinstance(call, SmtpCall) else call.body
    assert message.to.encode() in body
    assert message.key.encode() in body
    assert "secret-token" not in repr(call)
    assert call == known_channels()[key].call(message, settings_of(key)), "same message, same call: retries are alike"


@each_channel
@given(code=st.integers(100, 599), text=st.text(max_size=40), phase=st.sampled_from(Phase))
def test_every_reply_means_something(key: str, code: int, text: str, phase: Phase) -> None:
    outcome = known_channels()[key].outcome(Reply(phase, code, text))
    assert isinstance(outcome, (Sent, Refused, Later))
    if code in (429, 421, 503):
        assert not isinstance(outcome, Refused) or phase is not Phase.HTTP
    if isinstance(outcome, Refused):
        assert outcome.reason


@each_channel
def test_reports_of_its_provider_are_understood(key: str) -> None:
    channel: Channel = known_channels()[key]
    assert channel.report_statuses
    for status, fact in channel.report_statuses.items():
        body = (
            b'{"id": "d1", "reports": [{"message_id": "m", "status": "%s", "error": "%s"},'
            b' {"message_id": "m", "status": "?"}]}'
        )
        told = read_reports(channel, body % (status.encode(), min(channel.bad_address_words).encode()))
        assert [(report.fact, report.is_address_bad) for report in told] == [(fact, True)]


hostile = st.text(alphabet=st.characters(codec="utf-8"), max_size=30).flatmap(
    lambda text: st.sampled_from(["\r\n", "\n", "\r", "\x00", "\u2028", "\x85", "\x1b", "", ""]).map(
        lambda mark: text[: len(text) // 2] + mark + text[len(text) // 2 :]
    )
)


@given(subject=hostile, name=hostile, body=st.text(max_size=80), user=hostile)
def test_no_text_adds_a_header_or_a_recipient(subject: str, name: str, body: str, user: str) -> None:
    """Injection: whatever is rendered, the mail has exactly the intended headers and recipient."""
    settings = dataclasses.replace(settings_of("email"), from_name=name)
    try:
        message = message_to("email", subject=subject, body=body, to=f"{user}@example.test")
        call = known_channels()["email"].call(message, settings)
    except Invalid:
        return
    parsed = message_from_bytes(call.content, policy=default)
    assert sorted(name.lower() for name in parsed) == [
        "content-type", "date", "from", "list-unsubscribe", "list-unsubscribe-post", "message-id", "mime-version",
        "reply-to", "subject", "to",
    ]  # fmt: skip
    assert call.recipient == f"{user}@example.test"
    assert parsed["to"].addresses[0].addr_spec == call.recipient
    assert len(parsed["to"].addresses) == len(parsed["from"].addresses) == 1
    assert parsed["from"].addresses[0].addr_spec == "shop@shop.test"
    assert " ".join(str(parsed["subject"]).split()) == " ".join(subject.split())
    assert parsed["list-unsubscribe"] == "<https://shop.test/u/" + "t" * 60 + ">"
    assert parsed["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert parsed["message-id"] == f"<{KEY}.email@shop.test>"
    assert all(len(line) <= 998 for line in call.content.split(b"\r\n"))
    assert b"\n" not in call.content.replace(b"\r\n", b"")


@pytest.mark.parametrize("address", [
    "a@b.test\r\nRCPT TO:<x@y.test>", "a@b.test>", "<a@b.test", "a b@c.test", "a@b@c.test", "@b.test", "a@", "a", "",
    "a,c@b.test", 'a"b@c.test', "a@b.test ", "a\x00@b.test", "я@b.test", "a@-b.test", "a" * 65 + "@b.test",
])  # fmt: skip
def test_an_address_that_smtp_cannot_carry_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        known_channels()["email"].call(message_to("email", to=address), settings_of("email"))


def test_a_mail_reads_well_without_html() -> None:
    body = '<h1>Hi</h1><style>x</style><p>See  <a href="https://shop.test/a">this</a></p><p>Bye &amp; thanks</p>'
    call = known_channels()["email"].call(message_to("email", body=body), settings_of("email"))
    parts = message_from_bytes(call.content, policy=default)
    plain = parts.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain == "Hi\n\nSee this (https://shop.test/a)\n\nBye & thanks\n"
    assert parts.get_body(("html",)).get_content().strip() == body


def test_an_sms_that_is_empty_or_too_long_is_refused() -> None:
    for body in ("", "  \n", "x" * 1531):
        with pytest.raises(Invalid):
            known_channels()["sms"].call(message_to("sms", body=body), settings_of("sms"))
    call = known_channels()["sms"].call(message_to("sms"), settings_of("sms"))
    assert isinstance(call, HttpCall)
    assert ("idempotency-key", f"{KEY}.sms") in call.headers
