"""The quick way in, for items that provably need no care: their parts go to the log as the bytes they came in.

Most items are plain: valid text in NFC, shallow, without giant numbers, every field of its expected type. A few scans
over the bytes prove it, one decoder call reads what intake must know, and traits, properties and context are never
taken apart. Whatever is not plain gets None here and goes the careful way (``accept``), which alone refuses.

Invariants: what this way takes, the careful way takes as the same event; a test compares them on everything.
Why it may: msgspec checks the whole syntax also of parts it skips, all but two things, the encoding of text and the
range of numbers; ``proof`` checks those, and what the careful way checks beyond (depth, NFC, …).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from omniloom.collect.item import ITEM_BYTES_MAX
from omniloom.collect.proof import ABSENT, Odd, as_plain_text, is_plain_text, joined, plain_object
from omniloom.collect.reception import (
    IDENTIFIER_CHARS_MAX,
    MESSAGE_ID_CHARS_MAX,
    NAME_CHARS_MAX,
    TRAIT_KINDS,
    TYPES,
    YEAR_MIN,
    Reception,
    placed,
    read_instant_text,
)

Raw = msgspec.Raw
_INTEGER_MAX = 2**63 - 1
_Id = str | int | float | None


class PlainItem(msgspec.Struct, rename="camel", gc=False):
    """An item as ``item.Item``, with its parts as raw JSON."""

    type: str = ""
    message_id: str | int | None = None
    user_id: _Id = None
    anonymous_id: _Id = None
    previous_id: _Id = None
    group_id: _Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    context: Raw = ABSENT
    integrations: Raw = ABSENT
    traits: Raw = ABSENT
    properties: Raw = ABSENT


class PlainEvent(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """An event as ``core.event.Event``, with its parts as raw JSON."""

    source_id: str
    message_id: str
    type: str
    name: str = ""
    occurred_at: datetime
    received_at: datetime
    identifiers: dict[str, str] = {}
    previous_id: str = ""
    group_id: str = ""
    traits: Raw = ABSENT
    properties: Raw = ABSENT
    context: Raw = ABSENT
    problems: dict[str, str] = {}  # none: such items go the careful way
    keep_id: bool = False


class _Traits(msgspec.Struct):
    """The traits that are identifiers too."""

    email: Raw = ABSENT
    phone: Raw = ABSENT


class _Context(msgspec.Struct):
    """What identifies somebody in a context."""

    traits: Raw = ABSENT


_item = msgspec.json.Decoder(PlainItem).decode
_traits = msgspec.json.Decoder(_Traits).decode
_context = msgspec.json.Decoder(_Context).decode
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode

# Odd, Dropped and UnicodeError are ValueErrors.
_ODD = (ValueError, msgspec.DecodeError, RecursionError, OverflowError)
_EARLIEST = datetime(YEAR_MIN, 1, 1, tzinfo=UTC)


class PlainTaker:
    """Takes the plain items of one request."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        context = reception.context
        self._shared = _encode(context)[1:-1] if context else b""
        self._is_fit = not ("traits" in context or "externalIds" in context)
        self._known = b""  # the last context that was proven and names nobody: neighbours often have the same
        sent_at = None if reception.is_history else reception.sent_at
        # what ``placed`` adds to a time, if the request says when it was sent
        self._shift = None if sent_at is None else reception.received_at - sent_at

    def body(self, raw: bytes, *, kind: str = "") -> bytes | None:
        """The log's body of a plain item; None if it must go the careful way.

        ``kind`` is the item's type if the request's path names it.
        """
        if not self._is_fit or len(raw) > ITEM_BYTES_MAX:
            return None
        try:
            item = _item(as_plain_text(raw))
            return _encode(self._event(item, kind or item.type))
        except _ODD:
            return None

    def bodies(self, items: Sequence[Raw], whole: bytes) -> list[bytes | None]:
        """As ``body``, for each item of a request; ``whole`` is the request's own body, whose text holds for all."""
        if not self._is_fit:
            return [None] * len(items)
        is_text = is_plain_text(whole)
        is_small = len(whole) <= ITEM_BYTES_MAX
        event = self._event
        found: list[bytes | None] = []
        for raw in items:
            try:
                item = _item(raw if is_text else as_plain_text(bytes(raw)))
                body = _encode(event(item, item.type)) if is_small or len(bytes(raw)) <= ITEM_BYTES_MAX else None
            except _ODD:
                body = None
            found.append(body)
        return found

    def _event(self, item: PlainItem, kind: str) -> PlainEvent:
        reception = self._reception
        if kind == "identify" and b'"traits"' in bytes(item.context) and not bytes(item.traits).strip(_NO_FIELDS):
            raise Odd  # its traits stand in its context
        name = _name(item, kind)
        identifiers = _identifiers(item)
        at, remark = self._placed(item)
        traits = _with_traits(item.traits, {} if kind == "group" else identifiers) if item.traits else ABSENT
        context = self._with_context(item.context, identifiers) if item.context else ABSENT
        if remark or self._shared or item.integrations:
            context = self._merged(context, item.integrations, remark)
        properties = item.properties
        if properties:
            properties = plain_object(bytes(properties), properties)
        if item.category is not None:
            properties = joined(b'"category":' + _encode(item.category), properties)
        return PlainEvent(
            source_id=reception.source_id,
            message_id=_message_id(item.message_id) or reception.ids.token(),
            type=kind,
            name=name,
            occurred_at=at,
            received_at=reception.received_at,
            identifiers=identifiers,
            previous_id="" if item.previous_id is None else _id(item.previous_id),
            group_id="" if item.group_id is None else _id(item.group_id),
            traits=traits,
            properties=properties,
            context=context,
            keep_id=reception.is_history,
        )

    def _placed(self, item: PlainItem) -> tuple[datetime, str]:
        reception = self._reception
        text = item.original_timestamp or item.timestamp
        said = datetime.fromisoformat(text) if text else None
        if said is not None:
            if said.tzinfo is not UTC:
                said = read_instant_text(text or "", "timestamp")
            if self._shift is not None and _EARLIEST <= (at := said + self._shift) <= reception.latest:
                return at, ""
        sent = None
        if not reception.is_history:
            sent = reception.sent_at
            if sent is None and item.sent_at:
                sent = read_instant_text(item.sent_at, "sentAt")
        return placed(said, sent, reception, "timestamp")

    def _with_context(self, part: Raw, identifiers: dict[str, str]) -> Raw:
        """The item's context; what identifies somebody in it is added."""
        text = bytes(part)
        if text == self._known:
            return part
        context = plain_object(text, part)
        if b'"externalIds"' in text:
            raise Odd
        if b'"traits"' not in text:
            self._known = text if context else b""
        else:
            traits = bytes(_context(text).traits)
            if traits.startswith(b"{"):
                _add_traits(identifiers, traits)
        return context

    def _merged(self, context: Raw, integrations: Raw, remark: str) -> Raw:
        """The context with what the request shares, where it went besides, and what is to be said of its clock."""
        if self._shared:
            context = joined(self._shared, context)
        if integrations and (listed := _listed(integrations)):
            context = joined(bytes(context)[1:-1], Raw(b'{"integrations":' + listed + b"}"))
        if remark:
            context = joined(bytes(context)[1:-1], Raw(b'{"clock":"' + remark.encode() + b'"}'))
        return context


def _name(item: PlainItem, kind: str) -> str:
    """The event's name. Errors: Odd if the type is none, or the field is missing that it must have."""
    if kind == "track":
        name = (item.event or "").strip()
        is_whole = bool(name)
    else:
        name = "" if item.name is None else item.name.strip()
        is_whole = kind in TYPES
        if kind == "group":
            is_whole = item.group_id is not None and bool(_id(item.group_id))
        elif kind == "alias":
            is_whole = item.previous_id is not None and bool(_id(item.previous_id))
    if not is_whole or len(name) > NAME_CHARS_MAX:
        raise Odd
    return name if kind in _NAMED else ""


_NAMED = ("track", "page", "screen")
_NO_FIELDS = b"{} \t\r\n" + b"null"  # all bytes of an object without fields, and of null


def _message_id(given: str | int | None) -> str:
    if given is None:
        return ""
    text = given.strip() if isinstance(given, str) else _digits(given)
    if len(text) > MESSAGE_ID_CHARS_MAX:
        raise Odd
    return text


def _identifiers(item: PlainItem) -> dict[str, str]:
    """Who it is about. Errors: Odd if nobody is named."""
    found = {}
    if (given := item.user_id) is not None and (text := _id(given)):
        found["user_id"] = text
    if (given := item.anonymous_id) is not None and (text := _id(given)):
        found["anonymous_id"] = text
    if not found:
        raise Odd
    return found


def _id(value: str | float) -> str:
    text = value.strip() if isinstance(value, str) else _digits(value)
    if len(text) > IDENTIFIER_CHARS_MAX:
        raise Odd
    return text


def _digits(value: float) -> str:
    """A number as an id. Errors: Odd beyond 64 bits."""
    if isinstance(value, int) and abs(value) > _INTEGER_MAX:
        raise Odd
    return str(value)


def _with_traits(part: Raw, identifiers: dict[str, str]) -> Raw:
    """The item's traits; what identifies somebody in them is added."""
    text = bytes(part)
    traits = plain_object(text, part)
    if traits:
        _add_traits(identifiers, text)
    return traits


def _add_traits(identifiers: dict[str, str], traits: bytes) -> None:
    """What identifies somebody in traits. Errors: Odd if there is more to be said of it."""
    if b'"email"' not in traits and b'"phone"' not in traits:
        return
    found = _traits(traits)
    for key, kind in TRAIT_KINDS.items():
        value = bytes(getattr(found, key))
        if not value.startswith(b'"'):
            if value and value != b"null":
                raise Odd
        elif (text := _id(_text(value))) and identifiers.setdefault(kind, text) != text:
            raise Odd  # the second of a kind is to be told


def _listed(integrations: Raw) -> bytes:
    """Integrations worth keeping: empty ones are not. Errors: Odd if they are no plain object."""
    text = bytes(plain_object(bytes(integrations), integrations))
    return text if b'"' in text else b""
