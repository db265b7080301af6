"""Traits: what senders say about a person, one value per key, the newest by the event's own time.

A trait comes with identify events, and with group events under ``group.`` (a company's name is not the person's). A
null removes it. Values are kept as JSON, and beside it as text, folded text and number for comparing on any engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from omniloom.core.text import folded

GROUP_PREFIX = "group."
_DOUBLE_MAX = 1.7976931348623157e308


@dataclass(frozen=True, slots=True)
class Trait:
    """One value as it is in force, and who said it when."""

    key: str
    value: Any
    occurred_at: datetime
    source_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """One identify or group event with its traits as JSON text, by the person as it was then."""

    type: str
    person_id: int
    occurred_at: datetime  # naive UTC, as the event store gives it
    message_id: str
    source_id: str
    traits: str
    identifiers: str


def newest(events: Iterable[Said]) -> list[tuple[Said, str, Any]]:
    """The latest word of each source about each person on each key: (event, key, value); None is a removal."""
    latest: dict[tuple[int, str, str], tuple[Said, str, Any]] = {}
    for said in events:
        for key, value in _named(said):
            place = (said.person_id, key, said.source_id)
            known = latest.get(place)
            if known is None or _order(known[0]) < _order(said):
                latest[place] = (said, key, value)
    return list(latest.values())


def of_all_sources(words: list[tuple[Said, str, Any]]) -> list[tuple[Said, str, Any]]:
    """Of the latest words of sources the latest."""
    latest: dict[tuple[int, str], tuple[Said, str, Any]] = {}
    for word in words:
        known = latest.get((word[0].person_id, word[1]))
        if known is None or _order(known[0]) < _order(word[0]):
            latest[word[0].person_id, word[1]] = word
    return list(latest.values())


def columns(words: list[tuple[Said, str, Any]]) -> pa.Table:
    """The rows of profiles_trait for these words."""
    texts = [_text(value) for _, _, value in words]
    return pa.table({
        "person_id": pa.array([said.person_id for said, _, _ in words], pa.int64()),
        "key": pa.array([key for _, key, _ in words], pa.string()),
        "value": pa.array([None if v is None else msgspec.json.encode(v) for _, _, v in words], pa.string()),
        "text": pa.array(texts, pa.string()),
        "folded": pa.array([None if text is None else folded(text) for text in texts], pa.string()),
        "number": pa.array([_number(value) for _, _, value in words], pa.float64()),
        "occurred_at": pa.array([said.occurred_at for said, _, _ in words], pa.timestamp("us")),
        "message_id": pa.array([said.message_id for said, _, _ in words], pa.string()),
        "source_id": pa.array([said.source_id for said, _, _ in words], pa.string()),
    })  # fmt: skip


def _order(said: Said) -> tuple[datetime, str]:
    return (said.occurred_at, said.message_id)


def _named(said: Said) -> Iterable[tuple[str, Any]]:
    traits: dict[str, Any] = msgspec.json.decode(said.traits)
    if said.type != "group":
        return traits.items()
    group_id = msgspec.json.decode(said.identifiers).get("group_id")
    given = {**traits, "id": group_id} if group_id else traits
    return ((GROUP_PREFIX + key, value) for key, value in given.items())


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return msgspec.json.encode(value).decode()
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if abs(value) <= _DOUBLE_MAX else None
