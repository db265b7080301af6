"""What a dialect is: one file in ``dialects/`` that binds ``DIALECT``: how one tracker speaks, and what it means.

A dialect reads a request into items in the shape of Segment's spec, which ``accept`` then judges like all others, and
writes the answer that the tracker expects. It does no I/O and knows no store: the door hands it the request.

Invariants: a request that cannot be read is ``Unreadable``; an item that cannot is passed on as it is, so that it is
refused with a reason and its neighbours are taken; a tracker's own message id is kept, so that its retry is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from omniloom.collect.drop import Drop
from omniloom.core.errors import Invalid, OmniloomError
from omniloom.core.event import Event
from omniloom.core.registry import variants

BYTES_MAX = 1 << 20  # of a body, as sent and after decompression, unless a route says otherwise
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


class Unreadable(Invalid):
    """The request is not in the dialect's form."""

    code = "malformed"
    status = 400


@dataclass(frozen=True, slots=True)
class Hit:
    """One request of a tracker. ``headers`` have lower-case names; ``body`` is decompressed and bounded."""

    method: str
    path: str
    params: dict[str, str]
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    client_ip: str
    received_at: datetime
    origin: str = ""  # scheme and host as the tracker sees us, such as https://in.example.com

    def asked(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the tracker."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Verdicts = Sequence[Event | bytes | Drop]  # an accepted one as an event, or encoded for the log


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request says: ``keys`` are the write keys it may mean, ``items`` what happened, in Segment's shape."""

    keys: tuple[str, ...]
    items: list[Any]
    answer: Callable[[Verdicts], Answer]
    sent_at: datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)
    is_history: bool = False


Read = Callable[[Hit], Taken | Answer | None]


@dataclass(frozen=True, slots=True)
class Route:
    """One path of a dialect; ``read`` gives None if the request is another dialect's, which has the same path."""

    methods: tuple[str, ...]
    path: str
    read: Read
    bytes_max: int = BYTES_MAX
    is_rooted: bool = True  # else it answers only below the dialect's name: the bare path is the events' door's own


Refuse = Callable[[OmniloomError], Answer]


def problem(error: OmniloomError) -> Answer:
    """An error as most trackers want it: the status decides what they do; the body is for people."""
    return answer({"error": error.message, "detail": error.message, "hint": error.hint, "code": error.code}, error)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one tracker speaks. ``refuse`` puts an error into the form that makes it stop, or come again."""

    name: str
    title: str
    docs: str
    routes: tuple[Route, ...]
    refuse: Refuse = problem


def answer(value: Any, error: OmniloomError | None = None, *, status: int = 200) -> Answer:
    """A JSON answer; with the status of an error, and when to come again if it passes."""
    is_passing = error is not None and error.status in {429, 503}
    return Answer(
        status=error.status if error is not None else status,
        body=msgspec.json.encode(value),
        headers={"retry-after": str(error.facts.get("retry_after_s", 5))} if is_passing and error else {},
    )


def refused(verdicts: Verdicts) -> list[tuple[int, Drop]]:
    """The items that were not taken, by their place."""
    return [(index, verdict) for index, verdict in enumerate(verdicts) if isinstance(verdict, Drop)]


def all_refused(verdicts: Verdicts) -> Drop | None:
    """The first reason, if not one item of the request was taken."""
    drops = refused(verdicts)
    return drops[0][1] if drops and len(drops) == len(verdicts) else None


@cache
def all_dialects() -> dict[str, Dialect]:
    """All dialects by name."""
    from omniloom.collect import dialects as folder

    return variants(folder, "DIALECT", Dialect)
