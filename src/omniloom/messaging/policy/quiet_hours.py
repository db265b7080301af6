"""No marketing in the person's night: held until the quiet hours end on the person's own clock.

Works on wall-clock time, so it survives DST: where the end falls into the hour that is skipped, the first instant
after the gap counts; where it comes twice, the first that lies ahead.
Source: RFC 5545 §3.3.5 for local times that do not exist or exist twice.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from omniloom.messaging.decision import MARKETING, Facts, Hold, Policy, Reason

_MINUTE = timedelta(minutes=1)
_DAYS_AHEAD = 3  # a zone that jumps over the date line skips a whole day


def verdict(facts: Facts, policy: Policy) -> Hold | None:
    """Hold until the quiet hours end, if they are now."""
    if facts.kind != MARKETING:
        return None
    zone = zone_of(facts.timezone, policy.default_timezone)
    start, end = time.fromisoformat(policy.quiet_from), time.fromisoformat(policy.quiet_to)
    if not is_quiet(facts.now, zone, start, end):
        return None
    until = quiet_until(facts.now, zone, start, end)
    return Hold(until, Reason.QUIET_HOURS, f"until {until.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}")


@lru_cache(maxsize=1024)
def zone_of(name: str, default: str) -> ZoneInfo:
    """The named zone, or the default one for an empty or unknown name."""
    try:
        return ZoneInfo(name or default)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(default)


def is_quiet(at: datetime, zone: ZoneInfo, start: time, end: time) -> bool:
    """Whether the wall clock of the zone shows a time in [start, end), which may go over midnight."""
    wall = at.astimezone(zone).time()
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def quiet_until(now: datetime, zone: ZoneInfo, start: time, end: time) -> datetime:
    """The first whole minute after a quiet ``now`` that is not quiet."""
    today = now.astimezone(zone).date()
    ahead = [
        datetime.combine(today + timedelta(days=days), end, zone).replace(fold=fold).astimezone(UTC)
        for days in range(_DAYS_AHEAD)
        for fold in (0, 1)
    ]
    until = min(at for at in ahead if at > now and not is_quiet(at, zone, start, end))
    while until - _MINUTE > now and not is_quiet(until - _MINUTE, zone, start, end):
        until -= _MINUTE  # the end lies in a gap: go back to the first instant after it
    return until
