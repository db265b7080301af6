"""The rules: each alone against a slow, obvious model, and all together."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.messaging.decide import decide
from omniloom.messaging.decision import Facts, Hold, Policy, Reason, Send, Skip
from omniloom.messaging.policy.quiet_hours import is_quiet, quiet_until, zone_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANNELS = ("email", "sms", "push")


def model(facts: Facts, policy: Policy) -> tuple[str, str]:
    """What should happen, told as plainly as can be: (verdict, channel or reason)."""
    possible = []
    for channel in facts.channels:
        address = facts.addresses.get(channel)
        consent = facts.agreed.get(channel, False)
        closed = facts.suppressed.get((channel, address or ""))
        marketing = facts.kind == "marketing"
        if (
            address
            and channel in facts.channels_on
            and channel not in facts.refused
            and (channel, address) not in facts.taken
            and (not closed or (closed == "unsubscribed" and not marketing))
            and (consent or not marketing)
            and (not marketing or facts.topics.get(channel, "") not in facts.topics_off)
        ):
            possible.append(channel)
    if not possible:
        return "skip", ""
    if facts.is_served:
        return "skip", "same_person"
    if facts.kind == "marketing":
        if facts.paused_until and facts.paused_until > facts.now:
            return "skip", "paused"
        if [at for at in facts.recent if facts.now - at < facts.frequency_apart]:
            return "skip", "wanted_seldom"
        if len([at for at in facts.recent if facts.now - at < timedelta(days=policy.cap_days)]) >= policy.cap_messages:
            return "skip", "frequency_cap"
        hour = facts.now.astimezone(ZoneInfo(facts.timezone or policy.default_timezone)).hour
        if hour >= 21 or hour < 9:
            return "hold", "quiet_hours"
    return "send", possible[0]


@st.composite
def many_facts(draw: st.DrawFn) -> Facts:
    subset = st.frozensets(st.sampled_from(CHANNELS))
    addresses = {channel: f"{channel}-1" for channel in draw(subset)}
    pairs = st.sampled_from([(channel, f"{channel}-1") for channel in CHANNELS])
    return Facts(
        now=NOW + timedelta(hours=draw(st.integers(0, 23))),
        kind=draw(st.sampled_from(["marketing", "marketing", "transactional"])),
        channels=tuple(draw(st.permutations(CHANNELS))[: draw(st.integers(0, 3))]),
        channels_on=draw(subset) | draw(subset),
        addresses=addresses,
        agreed=draw(st.dictionaries(st.sampled_from(CHANNELS), st.booleans())),
        timezone=draw(st.sampled_from(["", "Asia/Tokyo", "America/New_York", "Europe/Moscow"])),
        suppressed=draw(st.dictionaries(pairs, st.sampled_from(["bounced", "unsubscribed", "complained"]), max_size=2)),
        refused=draw(st.dictionaries(st.sampled_from(CHANNELS), st.just("550"), max_size=1)),
        taken=draw(st.frozensets(pairs, max_size=1)),
        recent=tuple(NOW - timedelta(days=days) for days in draw(st.lists(st.integers(0, 9), max_size=5))),
        is_served=draw(st.integers(0, 4)) == 0,
        topics=draw(st.dictionaries(st.sampled_from(CHANNELS), st.sampled_from(["", "news", "sale"]), max_size=3)),
        topics_off=draw(st.frozensets(st.sampled_from(["news", "sale"]), max_size=1)),
        frequency_apart=timedelta(days=draw(st.sampled_from([0, 0, 7, 30]))),
        paused_until=draw(st.sampled_from([None, None, NOW - MINUTE, NOW + timedelta(days=2)])),
    )


@given(many_facts())
def test_decisions_agree_with_the_plain_model(facts: Facts) -> None:
    decision = decide(facts, Policy())
    verdict, what = model(facts, Policy())
    match decision.verdict:
        case Send(channel=channel, address=address):
            assert (verdict, what) == ("send", channel)
            assert address == facts.addresses[channel]
        case Hold(until=until, reason=reason):
            assert (verdict, what) == ("hold", reason)
            assert until > facts.now
        case Skip(reason=reason):
            assert verdict == "skip"
            assert what in ("", reason)
            assert reason in {step.reason for step in decision.trail} or not facts.channels
    considered = [step.channel for step in decision.trail if step.channel]
    assert considered == list(facts.channels[: len(considered)])


def facts_of(**fields: object) -> Facts:
    whole: dict[str, object] = {
        "now": NOW, "kind": "marketing", "channels": ("email", "sms"), "channels_on": frozenset(CHANNELS),
        "addresses": {"email": "a@x.test", "sms": "+1"}, "timezone": "UTC",
        "agreed": {"email": True, "sms": True},
    }  # fmt: skip
    return Facts(**(whole | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(("fields", "expected"), [
    ({}, Send("email", "a@x.test")),
    ({"agreed": {"sms": True}}, Send("sms", "+1")),
    ({"agreed": {"email": False, "sms": True}}, Send("sms", "+1")),
    ({"agreed": {"email": True}, "channels": ()}, Skip(Reason.NO_ADDRESS, "the campaign has no channels")),
    ({"agreed": {}}, Skip(Reason.NO_CONSENT, "never given")),
    ({"suppressed": {("email", "a@x.test"): "bounced", ("sms", "+1"): "complained"}},
     Skip(Reason.SUPPRESSED, "bounced")),
    ({"suppressed": {("email", "other@x.test"): "bounced"}}, Send("email", "a@x.test")),
    ({"kind": "transactional", "agreed": {}, "suppressed": {("email", "a@x.test"): "unsubscribed"}},
     Send("email", "a@x.test")),
    ({"kind": "transactional", "suppressed": {("email", "a@x.test"): "bounced"}}, Send("sms", "+1")),
    ({"refused": {"email": "550", "sms": "422"}}, Skip(Reason.REFUSED, "550")),
    ({"recent": (NOW, NOW, NOW)}, Skip(Reason.FREQUENCY_CAP, "3 messages in 7 days")),
    ({"recent": (NOW - timedelta(days=7), NOW, NOW)}, Send("email", "a@x.test")),
    ({"timezone": "Nowhere/Land"}, Send("email", "a@x.test")),
    ({"topics": {"email": "news", "sms": "sale"}, "topics_off": frozenset({"news"})}, Send("sms", "+1")),
    ({"topics": {"email": "news", "sms": "news"}, "topics_off": frozenset({"news"})}, Skip(Reason.TOPIC_OFF, "news")),
    ({"topics": {"email": "news"}, "topics_off": frozenset({"news"}), "kind": "transactional"},
     Send("email", "a@x.test")),
    ({"paused_until": NOW + MINUTE}, Skip(Reason.PAUSED, "until 2026-03-02")),
    ({"paused_until": NOW}, Send("email", "a@x.test")),
    ({"paused_until": NOW + MINUTE, "kind": "transactional"}, Send("email", "a@x.test")),
    ({"frequency_apart": timedelta(days=7), "recent": (NOW - timedelta(days=6),)},
     Skip(Reason.WANTED_SELDOM, "once in 7 days")),
    ({"frequency_apart": timedelta(days=7), "recent": (NOW - timedelta(days=7),)}, Send("email", "a@x.test")),
    ({"timezone": "Asia/Tokyo"}, Hold(datetime(2026, 3, 3, 0, 0, tzinfo=UTC), Reason.QUIET_HOURS,
                                      "until 2026-03-03 09:00 Asia/Tokyo")),
])  # fmt: skip
def test_the_rules_by_example(fields: dict[str, object], expected: object) -> None:
    assert decide(facts_of(**fields), Policy()).verdict == expected


def transitions(zone: ZoneInfo) -> list[datetime]:
    """Instants near which the zone's offset changes, 2020 to 2037, found by walking in days and then by halving."""
    found = []
    at, last = datetime(2020, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
    while at < last:
        after = at + timedelta(days=7)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = at, after
            while high - low > MINUTE:
                middle = low + (high - low) // 2
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high.replace(second=0, microsecond=0))
        at = after
    return found


ZONES = sorted(available_timezones())
# Every zone rule of the world comes up, in a sample that differs from run to run; these always do.
AWKWARD = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Asia/Beirut",
           "America/Sao_Paulo", "Pacific/Apia", "Antarctica/Troll", "Asia/Tehran", "America/Nuuk", "Africa/Casablanca",
           "Europe/Moscow", "Asia/Kathmandu", "Pacific/Kiritimati"]  # fmt: skip


@pytest.mark.parametrize("name", AWKWARD)
def test_quiet_hours_end_right_around_every_clock_change(name: str) -> None:
    zone = ZoneInfo(name)
    for change in transitions(zone)[:12]:
        for start, end in (
            (time(21), time(9)),
            (time(22, 30), time(2, 30)),
            (time(0), time(3)),
            (time(23), time(0, 30)),
        ):
            for hours in (-26, -9, -3, -1, 0, 1, 2, 5):
                _check(change + timedelta(hours=hours), zone, start, end)


def _check(now: datetime, zone: ZoneInfo, start: time, end: time) -> None:
    if not is_quiet(now, zone, start, end):
        return
    until = quiet_until(now, zone, start, end)
    assert until > now
    assert until - now <= timedelta(hours=27)
    assert not is_quiet(until, zone, start, end)
    step = now.replace(second=0, microsecond=0) + MINUTE
    while step < until:  # the slow model: no minute before it is free
        assert is_quiet(step, zone, start, end), (zone.key, now, step, until)
        step += timedelta(minutes=10) if until - step > timedelta(minutes=20) else MINUTE


@given(st.sampled_from(ZONES), st.integers(0, 18 * 365 * 24 * 60), st.times(), st.times())
def test_quiet_hours_hold_in_every_zone(name: str, minutes: int, start: time, end: time) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + minutes * MINUTE
    whole = [value.replace(second=0, microsecond=0) for value in (start, end)]
    if whole[0] != whole[1]:
        _check(moment, ZoneInfo(name), *whole)


def test_equal_ends_mean_no_quiet_hours_and_unknown_zones_the_default() -> None:
    assert not is_quiet(NOW, ZoneInfo("UTC"), time(9), time(9))
    assert zone_of("Mars/Base", "Europe/Moscow").key == "Europe/Moscow"
    assert zone_of("", "UTC").key == "UTC"
    assert zone_of("../../etc/passwd", "UTC").key == "UTC"


def test_a_zone_that_skips_a_day_still_ends_its_night() -> None:
    apia = ZoneInfo("Pacific/Apia")  # 2011-12-30 does not exist there
    now = datetime.combine(date(2011, 12, 29), time(22), apia).astimezone(UTC)
    _check(now, apia, time(21), time(9))
