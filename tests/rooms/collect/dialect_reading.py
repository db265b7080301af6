"""A request of a tracker, read by its dialect and judged as the door does it, without the door."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from omniloom.collect import Answer, Drop, Hit, Taken, accept, all_dialects
from omniloom.core.event import Event
from omniloom.core.ids import SeededIds

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


@dataclass
class Outcome:
    """What a request became, and what was answered."""

    answer: Answer
    verdicts: list[Event | Drop] = field(default_factory=list)
    keys: tuple[str, ...] = ()

    @property
    def events(self) -> list[Event]:
        return [one for one in self.verdicts if isinstance(one, Event)]

    @property
    def drops(self) -> list[Drop]:
        return [one for one in self.verdicts if isinstance(one, Drop)]


def ask(name: str, path: str, body: Any = b"", *, method: str = "POST", **headers: str) -> Outcome:
    """Send a request to a dialect. ``body`` is bytes, or a value sent as JSON; ``path`` may have a query."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    bare, _, query = path.partition("?")
    for route in all_dialects()[name].routes:
        params = matched(route.path, bare)
        if method not in route.methods or params is None:
            continue
        pairs = parse_qsl(query, keep_blank_values=True)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        said = route.read(Hit(method, bare, params, pairs, named, raw, "203.0.113.7", AT, "https://in.example"))
        if isinstance(said, Taken):
            return judged(said)
        assert said is not None, "another dialect's"
        return Outcome(said)
    raise AssertionError(f"{name} has no {method} {bare}")


def judged(taken: Taken) -> Outcome:
    """The verdicts on what was read, and the answer to them."""
    verdicts = accept(
        taken.items, source_id="s", received_at=AT, sent_at=taken.sent_at, ids=SeededIds(1),
        batch_context=taken.context, is_history=taken.is_history,
    )  # fmt: skip
    return Outcome(taken.answer(verdicts), verdicts, taken.keys)


def matched(pattern: str, path: str) -> dict[str, str] | None:
    """The places of a route's path, if the path is of it."""
    own, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(own) != len(given) or any(a != b for a, b in zip(own, given, strict=True) if a[:1] != "{"):
        return None
    return {a[1:-1]: b for a, b in zip(own, given, strict=True) if a[:1] == "{"}


def packed(value: Any) -> str:
    """Base64 of JSON, as several trackers put it into addresses."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def told(outcome: Outcome) -> tuple[int, Any]:
    """The answer's status and JSON."""
    return outcome.answer.status, json.loads(outcome.answer.body)


def said(event: Event) -> tuple[str, str, dict[str, str], dict[str, Any]]:
    """Type, name, people and what of an event."""
    what = event.traits if event.type in ("identify", "group") else event.properties
    return event.type, event.name, event.identifiers, what
