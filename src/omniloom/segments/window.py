"""When: windows of time as a marketer writes them (``90d``, ``30d ago``, ``2026-11-21``), resolved against one ``now``.

Dates are days in UTC. A month is a calendar month; the day is cut to the shorter month's last day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from omniloom.core.errors import Invalid

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months"}
YEARS_MAX = 100
_SPAN = re.compile(r"([1-9][0-9]{0,9}) ?(s|m|h|d|w|mo)")
_AGO = re.compile(r"(.+?) +ago")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Form = Literal["within", "between", "before", "after"]
FORMS: tuple[Form, ...] = ("within", "between", "before", "after")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time: ``within`` one span, ``before`` or ``after`` one point, ``between`` two points.

    Points and spans are kept as they were written (and checked); ``bounds`` gives them meaning.
    """

    form: Form
    points: tuple[str, ...]

    def bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """(from this instant on, before this instant); None where open. The end day of ``between`` is included."""
        match self.form:
            case "within":
                return earlier(now, self.points[0]), None
            case "before":
                return None, point(self.points[0], now)
            case "after":
                return point(self.points[0], now), None
            case "between":
                last = self.points[1]
                end = point(last, now)
                return point(self.points[0], now), end + timedelta(days=1) if _DAY.fullmatch(last) else end


def check_span(text: str, path: str) -> str:
    """The span if it is one. Errors: Invalid names the path and the form."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or _is_too_long(int(found[1]), found[2]):
        raise Invalid(
            f"{path}: {text!r} is not a span of time",
            hint=f"write a number and a unit (s, m, h, d, w, mo), such as 90d, up to {YEARS_MAX} years",
            path=path,
        )
    return found[1] + found[2]


def check_point(text: str, path: str) -> str:
    """The point in time if it is one. Errors: Invalid names the path and the forms."""
    stripped = text.strip()
    if ago := _AGO.fullmatch(stripped):
        return check_span(ago[1], path) + " ago"
    try:
        _instant(stripped)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"{path}: {text!r} is not a date",
            hint="write a day (2026-11-21), an instant (2026-11-21T09:00:00Z) or a distance (30d ago)",
            path=path,
        ) from error
    return stripped


def point(text: str, now: datetime) -> datetime:
    """The instant of a checked point."""
    if ago := _AGO.fullmatch(text):
        return earlier(now, ago[1])
    return _instant(text)


def earlier(now: datetime, span: str) -> datetime:
    """``now`` less a checked span."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise Invalid(f"{span!r} is not a span of time", hint="write a number and a unit, such as 90d")
    amount, unit = int(found[1]), found[2]
    if unit == "mo":
        return _months_earlier(now, amount)
    return now - timedelta(**{UNITS[unit]: amount})


def _months_earlier(now: datetime, months: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last_day))


def _is_too_long(amount: int, unit: str) -> bool:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_629_800}[unit]
    return amount * seconds > YEARS_MAX * 31_557_600


def _instant(text: str) -> datetime:
    if _DAY.fullmatch(text):
        found = datetime.combine(date.fromisoformat(text), time(), UTC)
    else:
        read = datetime.fromisoformat(text)
        found = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    if not 1900 <= found.year <= 9000:
        raise ValueError(text)
    return found
