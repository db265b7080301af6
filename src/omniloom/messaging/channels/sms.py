"""SMS through an HTTP gateway: one POST of JSON per message, with our key as the gateway's idempotency key.

The shape is the common denominator of gateways: ``{"id", "to", "text", "sender"}`` out, ``{"id", "status", "error"}``
back. A gateway of another shape is another file beside this one.
"""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from omniloom.core.errors import Invalid
from omniloom.core.settings import setting
from omniloom.messaging.channel import (
    Channel,
    Example,
    Fact,
    HttpCall,
    Later,
    Message,
    Outcome,
    Phase,
    Refused,
    Reply,
    Sent,
)  # fmt: skip

TEXT_CHARS_MAX = 1_530  # ten parts of 153 septets
_BAD_ADDRESS = frozenset({"invalid_number", "unknown_subscriber", "blocked_number", "landline"})


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """The gateway messages leave through."""

    url: str = setting("", "where the gateway takes messages, such as https://sms.example/v1/messages")
    token: str = setting("", "bearer token of your account", secret=True)
    sender: str = setting("", "sender name or number the recipient sees")
    hook_secret: str = setting("", "key the gateway signs its reports with; empty: reports are refused", secret=True)


def problem(settings: SmsSettings) -> str:
    """What is wrong with the settings; empty if nothing is."""
    if not settings.url.startswith(("https://", "http://")):
        return "url should begin with https://"
    if not settings.token.isprintable() or not settings.token.isascii():
        return "token holds characters that a header cannot carry"
    return ""


def call(message: Message, settings: SmsSettings) -> HttpCall:
    """The request for one message. Errors: Invalid for a text no gateway takes."""
    if not message.body.strip() or len(message.body) > TEXT_CHARS_MAX:
        raise Invalid(f"an SMS holds 1 to {TEXT_CHARS_MAX} characters", hint="shorten the template", field="body")
    body = {"id": message.key, "to": message.to, "text": message.body, "sender": settings.sender}
    return HttpCall(
        url=settings.url,
        headers=(
            ("authorization", f"Bearer {settings.token}"),
            ("content-type", "application/json"),
            ("idempotency-key", message.key),
        ),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def outcome(reply: Reply) -> Outcome:
    """What a reply of the gateway means."""
    said = _said(reply.text)
    reason = f"{reply.code} {said.get('error') or said.get('status') or ''}".strip()[:200]
    if reply.code in (401, 403, 404):
        return Later(f"{reason}: check the gateway's url and token", is_outage=True)
    if reply.code in (408, 429) or reply.code >= 500 or reply.code < 200 or 300 <= reply.code < 400:
        is_outage = reply.code in (408, 429, 502, 503, 504)
        return Later(reason, after_s=reply.retry_after_s, is_outage=is_outage)
    if reply.code == 409 or (reply.code < 300 and said.get("status") != "rejected"):
        return Sent(str(said.get("id", ""))[:100])
    return Refused(reason, is_address_bad=said.get("error") in _BAD_ADDRESS)


def _said(text: str) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


CHANNEL = Channel(
    title="SMS",
    address_kind="phone",
    is_html=False,
    settings=SmsSettings,
    problem=problem,
    call=call,
    outcome=outcome,
    report_statuses={"delivered": Fact.DELIVERED, "failed": Fact.BOUNCED, "undelivered": Fact.BOUNCED,
                     "expired": Fact.BOUNCED},
    bad_address_words=_BAD_ADDRESS,
    examples=(
        Example(Reply(Phase.HTTP, 202, '{"id": "gw-1", "status": "accepted"}'), Sent("gw-1")),
        Example(Reply(Phase.HTTP, 200, "OK"), Sent("")),
        Example(Reply(Phase.HTTP, 409, '{"id": "gw-1", "status": "duplicate"}'), Sent("gw-1")),
        Example(
            Reply(Phase.HTTP, 200, '{"status": "rejected", "error": "invalid_number"}'),
            Refused("200 invalid_number", is_address_bad=True),
        ),
        Example(Reply(Phase.HTTP, 422, '{"error": "text_too_long"}'), Refused("422 text_too_long")),
        Example(Reply(Phase.HTTP, 429, "", retry_after_s=7), Later("429", after_s=7, is_outage=True)),
        Example(Reply(Phase.HTTP, 500, ""), Later("500")),
        Example(Reply(Phase.HTTP, 503, ""), Later("503", is_outage=True)),
        Example(
            Reply(Phase.HTTP, 401, '{"error": "bad_token"}'),
            Later("401 bad_token: check the gateway's url and token", is_outage=True),
        ),
    ),
)  # fmt: skip
