"""The table of docs/guide/trackers.md: what each captured request of an SDK really becomes.

``python -m tests.api.tracker_table`` (from the project's folder) writes it anew; a test compares.
"""

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.api.trackers import Door, captures, door, expected, replay

from omniloom.core.event import Event

GUIDE = Path(__file__).parents[2] / "docs/guide/trackers.md"
BEGIN = "<!-- the table below is written by tests/api/tracker_table.py from what really lands -->\n"
END = "<!-- end of the table -->\n"
CELL_CHARS_MAX = 90
_COLUMNS = ("SDK", "call", "request", "lands as", "whose", "id", "time", "properties or traits")
_PEOPLE = {"user_id": "user", "anonymous_id": "anonymous", "email": "email", "phone": "phone"}


def table() -> str:
    """The rows, each from a captured request sent through the whole application and read back from the log."""
    with tempfile.TemporaryDirectory() as folder, door(Path(folder)) as web:
        return (
            _row(list(_COLUMNS))
            + "|---" * len(_COLUMNS)
            + "|\n"
            + "".join(
                row
                for wanted, request in zip(expected(), captures(), strict=True)
                for row in _rows(web, wanted, request)
            )
        )


def written() -> str:
    """The table as it stands in the guide."""
    return GUIDE.read_text().partition(BEGIN)[2].partition(END)[0]


def _rows(web: Door, wanted: dict[str, Any], request: dict[str, Any]) -> list[str]:
    response = replay(web, request)
    path = response.url.path + ("?…" if response.url.query else "")
    asked = f"{request['method']} `{path}`"
    events = web.landed()
    if not events:
        return [_row([wanted["sdk"], wanted["call"], asked, f"nothing: answered ({response.status_code})", *[""] * 4])]
    calls = [call.strip() for call in wanted["call"].split(",")]
    return [
        _row([wanted["sdk"], calls[min(n, len(calls) - 1)], asked, _what(event), _whose(event), _id(wanted, n, event),
              _time(event, web.clock.now()), _said(event)])
        for n, event in enumerate(events)
    ]  # fmt: skip


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _what(event: Event) -> str:
    return f"{event.type} {event.name}".strip()


def _whose(event: Event) -> str:
    people = [f"{_PEOPLE[kind]} {_short(value, 14)}" for kind, value in event.identifiers.items()]
    more = [f"was {event.previous_id}"] if event.previous_id else []
    return ", ".join([*people, *more, *([f"group {event.group_id}"] if event.group_id else [])])


def _id(wanted: dict[str, Any], place: int, event: Event) -> str:
    given = wanted["lands"][place].get("id")
    return "of its own" if given == event.message_id else "of its content" if given == "*" else "new each time"


def _time(event: Event, now: datetime) -> str:
    if event.occurred_at == now and event.context.get("clock") is None and now.microsecond == 0:
        return "of receipt"
    remark = " (its clock, unchecked)" if event.context.get("clock") == "unchecked" else ""
    return f"{event.occurred_at:%H:%M:%S}.{event.occurred_at.microsecond // 1000:03}{remark}"


def _said(event: Event) -> str:
    what = event.traits if event.type in ("identify", "group") else event.properties
    text = json.dumps(what, ensure_ascii=False)
    return f"`{_short(text, CELL_CHARS_MAX)}`" if what else ""


def _short(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else f"{text[: chars_max - 1]}…"


if __name__ == "__main__":
    before, _, rest = GUIDE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    GUIDE.write_text(f"{before}{BEGIN}{table()}{END}{after}")
