"""What a client sends becomes an event, or a drop with a reason: a list of named steps, the first refusal ends it.

Invariants: every item gets exactly one verdict, in order; a bad item never harms its neighbours; a business rule is
never a reason to refuse.

Source: Segment spec (identify, track, page, screen, group, alias); spec/reliability.md §4.1 for times and limits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import msgspec

from omniloom.collect.drop import Drop, Dropped, DropReason
from omniloom.collect.item import ITEM_BYTES_MAX, Item, cleaned, decode_item
from omniloom.collect.naming import Named, external_ids, identifier
from omniloom.collect.reception import (
    MESSAGE_ID_CHARS_MAX,
    NAME_CHARS_MAX,
    TYPES,
    Reception,
    placed,
    read_instant_text,
)
from omniloom.core.clock import EPOCH
from omniloom.core.event import Event, EventType
from omniloom.core.ids import Ids

CONTEXTS_BYTES_MAX = 16 << 20  # of a request's context in all its items together


@dataclass(slots=True)
class Draft:
    """An event in the making."""

    item: Item
    message_id: str = ""
    name: str = ""
    occurred_at: datetime = EPOCH
    group_id: str = ""
    previous_id: str = ""
    named: Named = field(default_factory=Named)
    context: dict[str, Any] = field(default_factory=dict)


def accept(
    items: list[Any],
    *,
    source_id: str,
    received_at: datetime,
    sent_at: datetime | None,
    ids: Ids,
    batch_context: dict[str, Any] | None = None,
    is_history: bool = False,
) -> list[Event | Drop]:
    """One verdict per item, in order.

    Shapes: an item is raw JSON (bytes, ``msgspec.Raw``) or a decoded value. ``batch_context`` merges into each item's
    own context, which wins. ``sent_at`` is the client's clock when it sent; None leaves the items' times as they are,
    and so does ``is_history`` (an import of what happened long ago).
    """
    return judge(items, Reception(source_id, received_at, sent_at, ids, batch_context or {}, is_history))


def judge(items: Sequence[Any], reception: Reception) -> list[Event | Drop]:
    """As ``accept``."""
    try:
        reception = fit(reception, count=len(items))
    except Dropped as dropped:
        return [dropped.drop] * len(items)
    return [judge_one(raw, reception) for raw in items]


def fit(reception: Reception, *, count: int) -> Reception:
    """The reception with a context that can be stored with each of so many items. Errors: Dropped if it cannot."""
    return replace(reception, context=_shared(reception.context, count)) if reception.context else reception


def _shared(context: dict[str, Any], count: int) -> dict[str, Any]:
    """The request's context, held to the limits of one item, and of all together: it is stored with each."""
    safe: dict[str, Any] = cleaned(context, field="context")
    if (size := len(msgspec.json.encode(safe))) > ITEM_BYTES_MAX:
        raise Dropped(
            DropReason.TOO_LARGE,
            "context",
            f"the batch's context has {size} bytes; the limit is {ITEM_BYTES_MAX} (32 KB)",
        )
    if size * count > CONTEXTS_BYTES_MAX:
        raise Dropped(
            DropReason.TOO_LARGE,
            "context",
            f"the batch's context of {size} bytes is stored with each of {count} items: send less in it, or fewer",
        )
    return safe


def judge_one(raw: Any, reception: Reception) -> Event | Drop:
    """One item's verdict; the reception must be fit."""
    item = decode_item(raw)
    if isinstance(item, Drop):
        return item
    draft = Draft(item)
    try:
        for step in STEPS:
            step(draft, reception)
    except Dropped as dropped:
        return dropped.drop
    return _event(draft, reception)


def check_type(draft: Draft, _reception: Reception) -> None:
    """The type is one of the six calls."""
    if draft.item.type not in TYPES:
        given = f"{draft.item.type!r} is not a type" if draft.item.type else "type is missing"
        raise Dropped(DropReason.UNKNOWN_TYPE, "type", f"{given}; send one of {', '.join(TYPES)}")


def merge_context(draft: Draft, reception: Reception) -> None:
    """The request's context lies under the item's own."""
    draft.context = {**reception.context, **(draft.item.context or {})}
    if draft.item.integrations:
        draft.context["integrations"] = draft.item.integrations


def read_message_id(draft: Draft, reception: Reception) -> None:
    """The message's id, by which a repeated one is known; a new one if the client gives none."""
    given = "" if draft.item.message_id is None else str(draft.item.message_id).strip()
    if len(given) > MESSAGE_ID_CHARS_MAX:
        raise Dropped(
            DropReason.BAD_MESSAGE_ID,
            "messageId",
            f"messageId has {len(given)} characters; the limit is {MESSAGE_ID_CHARS_MAX}: send a UUID",
        )
    draft.message_id = given or reception.ids.token()


def read_identifiers(draft: Draft, _reception: Reception) -> None:
    """Who it is about: userId, anonymousId, external ids; traits add e-mail and phone to those.

    The traits of a group call are the group's. One event names one of a kind: what else it names becomes a problem.
    """
    item, named = draft.item, draft.named
    named.add("user_id", identifier(item.user_id, "userId"))
    named.add("anonymous_id", identifier(item.anonymous_id, "anonymousId"))
    for kind, text in external_ids(draft.context.get("externalIds")):
        named.add(kind, text)
    if not named.found:
        raise Dropped(
            DropReason.NO_IDENTIFIER,
            "userId",
            "nobody is named: send userId, anonymousId or context.externalIds [{id, type}]",
        )
    named.add_traits({} if item.type == "group" else item.traits)
    named.add_traits(draft.context.get("traits"))


def read_time(draft: Draft, reception: Reception) -> None:
    """When it happened: by our clock, corrected for the client's (received - (sent - said))."""
    item = draft.item
    name = "originalTimestamp" if item.original_timestamp else "timestamp"
    said = _instant(item.original_timestamp or item.timestamp or "", name)
    sent = None if reception.is_history else reception.sent_at or _instant(item.sent_at or "", "sentAt")
    draft.occurred_at, remark = placed(said, sent, reception, name)
    if remark:
        draft.context["clock"] = remark


def read_name(draft: Draft, _reception: Reception) -> None:
    """What happened (track) or was seen (page, screen)."""
    item = draft.item
    name = ((item.event if item.type == "track" else item.name) or "").strip()
    if item.type == "track" and not name:
        raise Dropped(DropReason.NO_NAME, "event", 'event is missing: name what happened, such as "Order Completed"')
    if len(name) > NAME_CHARS_MAX:
        raise Dropped(DropReason.NO_NAME, "event", f"the name has over {NAME_CHARS_MAX} characters: send a short one")
    draft.name = name if item.type in ("track", "page", "screen") else ""


def read_group(draft: Draft, _reception: Reception) -> None:
    """The group of a group call."""
    draft.group_id = identifier(draft.item.group_id, "groupId")
    if draft.item.type == "group" and not draft.group_id:
        raise Dropped(DropReason.NO_GROUP, "groupId", "groupId is missing: send the group's id")


def read_previous(draft: Draft, _reception: Reception) -> None:
    """The other id of an alias call."""
    draft.previous_id = identifier(draft.item.previous_id, "previousId")
    if draft.item.type == "alias" and not draft.previous_id:
        raise Dropped(DropReason.NO_PREVIOUS, "previousId", "previousId is missing: send the id used before")


STEPS: list[Callable[[Draft, Reception], None]] = [
    check_type,
    merge_context,
    read_message_id,
    read_identifiers,
    read_time,
    read_name,
    read_group,
    read_previous,
]


def read_instant(text: str, name: str) -> datetime | Drop | None:
    """The aware instant of ISO 8601 text (UTC if it names no zone); None for empty text; Drop for any other."""
    try:
        return _instant(text, name)
    except Dropped as dropped:
        return dropped.drop


def _instant(text: str, name: str) -> datetime | None:
    return read_instant_text(text, name) if text else None


def _event(draft: Draft, reception: Reception) -> Event:
    item = draft.item
    return Event(
        source_id=reception.source_id,
        message_id=draft.message_id,
        type=cast("EventType", item.type),
        name=draft.name,
        occurred_at=draft.occurred_at,
        received_at=reception.received_at,
        identifiers=draft.named.found,
        previous_id=draft.previous_id,
        group_id=draft.group_id,
        traits=_traits(draft),
        properties=_properties(item),
        context=draft.context,
        problems=draft.named.problems,
        keep_id=reception.is_history,
    )


def _traits(draft: Draft) -> dict[str, Any]:
    """The item's traits; of an identify also those that its client keeps in the context (RudderStack's do)."""
    given = draft.item.traits or {}
    kept = draft.context.get("traits")
    return given or (kept if draft.item.type == "identify" and isinstance(kept, dict) else given)


def _properties(item: Item) -> dict[str, Any]:
    if item.category is None:
        return item.properties or {}
    return {"category": item.category, **(item.properties or {})}
