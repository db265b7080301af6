"""What all items of one request share, and when an item happened by our clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from omniloom.collect.drop import Dropped, DropReason
from omniloom.core.event import EventType
from omniloom.core.ids import Ids

MESSAGE_ID_CHARS_MAX = 100
IDENTIFIER_CHARS_MAX = 500
NAME_CHARS_MAX = 500
SKEW_MAX = timedelta(hours=24)  # how far ahead of us a corrected time may lie before it is taken as "now"
YEAR_MIN, YEAR_MAX = 1900, 2200

TYPES: Final[tuple[str, ...]] = get_args(EventType)
# Traits that are identifiers too: what a client calls them -> the identifier's kind.
TRAIT_KINDS = {"email": "email", "phone": "phone"}

CLAMPED, UNCHECKED = "clamped", "unchecked"
_LEAP = ":60"


@dataclass(frozen=True, slots=True)
class Reception:
    """What all items of one request share. ``sent_at`` is None as well if the items' times are taken as they are."""

    source_id: str
    received_at: datetime
    sent_at: datetime | None
    ids: Ids
    context: dict[str, Any]
    is_history: bool
    latest: datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "latest", self.received_at + SKEW_MAX)


def read_instant_text(text: str, name: str) -> datetime:
    """The aware UTC instant of ISO 8601 text. Errors: Dropped if it is none."""
    try:
        at = _parsed(text)
        if at.tzinfo is UTC:
            return at
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_time(name) from error


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if text.count(_LEAP) != 1:
            raise
    head, _, tail = text.partition(_LEAP)  # a leap second is the last instant of its minute (RFC 3339)
    fraction = len(tail) - len(tail.lstrip(".0123456789"))
    return datetime.fromisoformat(f"{head}:59.999999{tail[fraction:]}")


def placed(said: datetime | None, sent: datetime | None, reception: Reception, name: str) -> tuple[datetime, str]:
    """When it happened by our clock, corrected for the client's (received - (sent - said)), and a remark if any.

    Errors: Dropped for a time out of all bounds.
    """
    received = reception.received_at
    try:
        at = received if said is None else said if sent is None else received - (sent - said)
    except OverflowError as error:
        raise bad_time(name) from error
    remark = UNCHECKED if said is not None and sent is None and not reception.is_history else ""
    if at > reception.latest:
        at, remark = received, CLAMPED
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise bad_time(name)
    return at, remark


def bad_time(name: str) -> Dropped:
    """The refusal of a time."""
    example = "2026-11-21T12:00:00.000Z"
    return Dropped(DropReason.BAD_TIME, name, f"{name} is not a usable time; send ISO 8601, such as {example}")
