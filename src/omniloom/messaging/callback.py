"""What providers tell us later. A callback counts only if it is signed, over its raw bytes, and fresh. Pure.

``x-omniloom-signature`` is the hex HMAC-SHA256 of ``<timestamp>.<body>`` with the channel's ``hook_secret``,
``x-omniloom-timestamp`` the Unix time in seconds. Without a secret every callback is refused.
Source: spec/reliability.md SEC-W1, W2.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import msgspec

from omniloom.core.errors import Denied, Invalid
from omniloom.messaging.channel import Channel, Report

SIGNATURE, TIMESTAMP = "x-omniloom-signature", "x-omniloom-timestamp"
FRESH_S = 300
REPORTS_MAX = 1_000


class _Told(msgspec.Struct, frozen=True):
    message_id: str
    status: str
    error: str = ""


class _Body(msgspec.Struct, frozen=True):
    id: str
    reports: list[_Told]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature a provider sends."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hex()


def verified(secret: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> None:
    """Errors: Denied unless the callback is signed with the secret and not older than five minutes."""
    timestamp, given = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not secret:
        raise Denied("callbacks of this channel are off", hint="set the channel's hook_secret")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Denied(f"{TIMESTAMP} is missing", hint="send the Unix time in seconds")
    expected = signature(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
        raise Denied(f"{SIGNATURE} does not match", hint="sign `timestamp.body` with the channel's hook_secret")
    if abs(now.timestamp() - int(timestamp)) > FRESH_S:
        raise Denied("the callback is too old", hint="sign and send it anew")


def read_reports(channel: Channel, body: bytes) -> list[Report]:
    """The reports of a callback: ``{"id": …, "reports": [{"message_id", "status", "error"}]}``.

    A status the channel does not know says nothing and is left out. Errors: Invalid names the field.
    """
    try:
        told = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError as error:
        raise Invalid(f"the callback's body is not as documented: {error}", hint="see docs/reference/channels.md",
                      field="body") from error  # fmt: skip
    if len(told.reports) > REPORTS_MAX:
        raise Invalid(f"over {REPORTS_MAX} reports at once", hint="send fewer", field="reports")
    return [
        Report(f"{told.id}:{i}", one.message_id, channel.report_statuses[one.status], one.error[:200],
               is_address_bad=one.error in channel.bad_address_words)
        for i, one in enumerate(told.reports)
        if one.status in channel.report_statuses
    ]  # fmt: skip
