"""Refused items for those who may not see whom they look at: the same item, its fields shown as everywhere else."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import msgspec

from omniloom.privacy.mask import HIDDEN, scanned, unquoted

KINDS = frozenset(("Letter", "Attempt"))
_OURS = re.compile(r"[a-z_-]*|v\d")
_PATH_PARTS = 3  # of /v1/customers/…: what follows may be a customer's number or address


def seen(value: Any, shown: Callable[[Any], Any], *, sees_whom: bool) -> Any:
    """A letter, or one of its replays. ``shown``: what came from outside, as the role may see it."""
    text = "raw" if hasattr(value, "raw") else "edited"
    item = _item(getattr(value, text), is_base64=getattr(value, "is_base64", False))
    if sees_whom:
        return value if item is None else dataclasses.replace(value, **{text: _written(shown(item))})
    hidden: dict[str, Any] = {
        text: _written(shown(item)) if item is not None else HIDDEN if getattr(value, text) else "",
        "message": unquoted(value.message),
    }
    if text == "raw":
        hidden |= {
            "name": _name(value, item), "path": _path(value.path), "context": shown(value.context),
            "message_id": scanned(value.message_id), "is_base64": False,
        }  # fmt: skip
    return dataclasses.replace(value, **hidden)


def _item(raw: str, *, is_base64: bool) -> Any:
    """The item as it came, if it is whole and JSON."""
    if is_base64 or not raw:
        return None
    try:
        item = msgspec.json.decode(raw.encode())
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return item if isinstance(item, dict | list) else None


def _written(item: Any) -> str:
    return msgspec.json.encode(item).decode()


def _name(value: Any, item: Any) -> str:
    """The event's name, if that is what it is: of broken text any word may have been taken for it."""
    is_event = isinstance(item, dict) and value.name in (item.get("event"), item.get("name"))
    return scanned(value.name) if is_event or not value.name else HIDDEN


def _path(path: str) -> str:
    """The address an item came in at, up to where it may name whom it is about."""
    parts = path.partition("?")[0].split("/")
    return "/".join(part if n < _PATH_PARTS and _OURS.fullmatch(part) else HIDDEN for n, part in enumerate(parts))
