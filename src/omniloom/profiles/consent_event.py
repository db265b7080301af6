"""A word about consent as an event tells it, read into a line of the ledger."""

from datetime import datetime
from typing import Any

import msgspec

from omniloom.collect import is_public
from omniloom.core.event import CONSENT_GIVEN, UNSUBSCRIBED
from omniloom.identity import named_by, roots_of
from omniloom.profiles.consent import EVERY_CHANNEL, MARKETING, OWN, record
from omniloom.profiles.ledger import ConsentEntry
from omniloom.profiles.wording import Wordings, wordings_of
from omniloom.store import Row, StateTx, Stores

_ADDRESS = ("ip", "ip_address")
_AGENT = ("user_agent", "userAgent")


def read_entry(
    row: dict[str, Any], properties: dict[str, Any], context: dict[str, Any], *, wordings: Wordings, now: Any
) -> ConsentEntry:
    """The line of a consent event. Giving needs a channel; a withdrawal without one is about all of them.

    The wording is what ``properties.wording`` says, or the registered text that ``wording_id`` (and
    ``wording_version``, ``wording_language``) names. Address and agent are the event's own, or those of its context.
    """
    is_given = row["name"] == CONSENT_GIVEN
    is_unsubscribing = row["name"] == UNSUBSCRIBED
    text, version = wordings.read(properties)
    return ConsentEntry(
        source_id=row["source_id"],
        message_id=row["message_id"],
        person_id=row["person_id"],
        advertiser=_text(properties.get("advertiser")) or OWN,
        channel=_text(row["channel"]) or ("" if is_given else EVERY_CHANNEL),
        purpose=MARKETING if is_unsubscribing else _text(properties.get("purpose")).lower() or MARKETING,
        is_given=is_given,
        wording=text,
        wording_version=version,
        method=_text(properties.get("method")) or ("unsubscribe" if is_unsubscribing else ""),
        ip=_first(properties, context, _ADDRESS),
        user_agent=_first(properties, context, _AGENT),
        evidence=_evidence(properties, context),
        occurred_at=row["occurred_at"],
        recorded_at=now,
    )


def record_words(stores: Stores, tx: StateTx, rows: list[Row], *, now: datetime, home_region: str) -> None:
    """Write what events say about consent into the ledger, for everybody whom they are about."""
    if not rows:
        return
    wordings, decode = Wordings(wordings_of(tx)), msgspec.json.decode
    record(tx, [
        read_entry(row, decode(row["properties"]), decode(row["context"]), wordings=wordings, now=now)
        for row in [*rows, *_heard_for_others(stores, tx, rows, home_region)]
    ])  # fmt: skip


def _heard_for_others(stores: Stores, tx: StateTx, rows: list[Row], home_region: str) -> list[Row]:
    """Withdrawals once more, for each other person whom they name by something strong.

    What is typed under a public key joins nobody; but whoever writes "no more mail to this address" is to be heard,
    whosever the address is by then. Cost: nothing but for withdrawals that name more than one identifier.
    """
    heard: list[Row] = []
    for row in rows:
        identifiers = {} if row["name"] == CONSENT_GIVEN else msgspec.json.decode(row["identifiers"])
        if len(identifiers) > 1 and is_public(stores, row["source_id"]):
            mine = roots_of(tx, [row["person_id"]]).get(row["person_id"])
            others = sorted(who for who, root in named_by(tx, identifiers, home_region).items() if root != mine)
            heard += ({**row, "person_id": who, "message_id": f"{row['message_id']}:{who}"} for who in others)
    return heard


def _evidence(properties: dict[str, Any], context: dict[str, Any]) -> str:
    """What else shows that it was so, as JSON: the sender's own evidence, and the page where it was said."""
    given = properties.get("evidence")
    found: dict[str, Any] = dict(given) if isinstance(given, dict) else {"note": given} if given else {}
    page = context.get("page")
    if isinstance(page, dict) and _text(page.get("url")):
        found.setdefault("page_url", _text(page["url"]))
    return msgspec.json.encode(found, order="deterministic").decode()


def _first(properties: dict[str, Any], context: dict[str, Any], names: tuple[str, ...]) -> str:
    told = (_text(where.get(name)) for where in (properties, context) for name in names)
    return next((text for text in told if text), "")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
