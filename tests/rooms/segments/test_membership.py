"""Who is in a segment: kept, refreshed with the difference, announced exactly once, and never in a circle."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from omniloom import identity
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.event import Event, decode, encode
from omniloom.segments import (
    Refreshed,
    announce,
    archive,
    count,
    create,
    members,
    refresh,
    refresh_due,
    restore,
    sample,
    segment,
    segments,
    segments_of,
    update,
)  # fmt: skip
from omniloom.store import settle_through, settled

MOSCOW = {"trait": "city", "is": "МОСКВА"}
BUYERS = {"did": "Order Completed", "within": "30d"}


def counted(shop: Any) -> list[Any]:
    """The events of the log that count: without duplicates."""
    stores = shop.stores
    settle_through(stores, stores.log.last_position(), now=shop.now)
    return [decode(message.body) for message in settled(stores, after=0, rows_max=100_000).messages]


def announced(shop: Any) -> list[tuple[str, str]]:
    """(event, user) of every announcement in the log, in order."""
    events = counted(shop)
    return [(e.name, e.identifiers["user_id"]) for e in events if e.source_id == "omniloom"]


def make(shop: Any, name: str, definition: Any) -> str:
    return create(shop.stores, name=name, definition=definition, now=shop.now, ids=shop.ids).segment_id


def test_a_preview_counts_and_samples_without_keeping(shop: Any, moscow: Callable[[], set[int]]) -> None:
    assert count(shop.stores, MOSCOW, now=shop.now) == 2
    assert set(sample(shop.stores, MOSCOW, now=shop.now)) == moscow()
    assert sample(shop.stores, {"not": MOSCOW}, now=shop.now, rows_max=1) == [shop.person("clara")]
    assert count(shop.stores, {"did": "Order Completed", "sum": {"at_least": 50.5}}, now=shop.now) == 1
    assert count(shop.stores, {"did": "Order Completed", "sum": {"at_least": 50.51}}, now=shop.now) == 0
    assert count(shop.stores, {"consent": "email"}, now=shop.now) == 1
    assert segments(shop.stores) == []


def test_a_trait_nobody_has_and_an_unknown_segment_are_named_with_near_ones(
    shop: Any, moscow: Callable[[], set[int]]
) -> None:
    with pytest.raises(Invalid, match=r"all\[0\]\.trait: nobody has a trait 'cty' \(did you mean city"):
        count(shop.stores, {"all": [{"trait": "cty", "is": "x"}]}, now=shop.now)
    make(shop, "Muscovites", MOSCOW)
    with pytest.raises(Invalid, match=r"not\.segment: there is no segment 'Muscovite' \(did you mean Muscovites"):
        make(shop, "Others", {"not": {"segment": "Muscovite"}})


def test_a_refresh_notes_who_came_and_who_went(shop: Any, moscow: Callable[[], set[int]]) -> None:
    segment_id = make(shop, "Muscovites", MOSCOW)
    assert refresh(shop.stores, segment_id, now=shop.now) == Refreshed(2, 0, 2)
    assert refresh(shop.stores, segment_id, now=shop.now) == Refreshed(0, 0, 2)
    entered_at = shop.now
    shop.clock.advance(timedelta(days=1))
    shop.identify("anna", city="Тверь")
    shop.identify("clara", city="Москва")
    shop.settle()
    assert refresh(shop.stores, segment_id, now=shop.now) == Refreshed(1, 1, 2)
    assert set(members(shop.stores, segment_id)) == {shop.person("boris"), shop.person("clara")}
    assert [(s.name, at) for s, at in segments_of(shop.stores, shop.person("boris"))] == [("Muscovites", entered_at)]
    assert segment(shop.stores, "Muscovites").members == 2
    while not announce(shop.stores, now=shop.now, rows_max=1).is_done:
        pass
    assert announced(shop) == [
        ("Segment Entered", "anna"), ("Segment Entered", "boris"), ("Segment Entered", "clara"),
        ("Segment Left", "anna"),
    ]  # fmt: skip


def test_time_alone_moves_people_out_when_a_refresh_is_due(shop: Any, moscow: Callable[[], set[int]]) -> None:
    make(shop, "Buyers", BUYERS)
    make(shop, "Lapsed", {"all": [{"did": "Order Completed"}, {"not": {"segment": "Buyers"}}]})
    assert refresh_due(shop.stores, now=shop.now, every_s=60).rows == 1
    shop.clock.advance(timedelta(seconds=59))
    assert refresh_due(shop.stores, now=shop.now, every_s=60).rows == 0
    assert segment(shop.stores, "Buyers").refreshed_at == shop.now - timedelta(seconds=59)
    shop.clock.advance(timedelta(days=26))
    assert refresh_due(shop.stores, now=shop.now, every_s=60, segments_max=1).is_done is False
    assert refresh_due(shop.stores, now=shop.now, every_s=60).rows == 1
    assert members(shop.stores, "Buyers") == []
    assert members(shop.stores, "Lapsed") == [shop.person("dmitri")]


def test_announcing_over_and_over_with_the_cursor_lost_tells_the_log_once(
    shop: Any, moscow: Callable[[], set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the append and the cursor's move, at random, a hundred times."""
    segment_id = make(shop, "Muscovites", MOSCOW)
    chance = random.Random(7)
    real_write = shop.stores.state.write

    def crashing_write() -> Any:
        if chance.random() < 0.7:
            raise KeyboardInterrupt
        return real_write()

    expected = []
    for day in range(8):
        shop.clock.advance(timedelta(hours=6))
        shop.identify("clara", city="Москва" if day % 2 == 0 else "Казань")
        shop.settle()
        refresh(shop.stores, segment_id, now=shop.now)
        expected.append(("Segment Entered" if day % 2 == 0 else "Segment Left", "clara"))
        with monkeypatch.context() as patched:
            patched.setattr(type(shop.stores.state), "write", lambda _: crashing_write())
            for _ in range(12):
                try:
                    announce(shop.stores, now=shop.now, rows_max=2)
                except KeyboardInterrupt:
                    continue
        while not announce(shop.stores, now=shop.now).is_done:
            pass
    told = announced(shop)
    assert [pair for pair in told if pair[1] == "clara"] == expected
    assert sorted(pair for pair in told if pair[1] != "clara") == [
        ("Segment Entered", "anna"), ("Segment Entered", "boris"),
    ]  # fmt: skip


def test_announcements_come_to_rest(shop: Any, moscow: Callable[[], set[int]]) -> None:
    """Told to the log, resolved to the very person, and nothing new follows from it."""
    make(shop, "Everyone", {"any": [MOSCOW, {"not": MOSCOW}]})
    for rounds in range(3):
        shop.settle()
        rows = refresh_due(shop.stores, now=shop.now, every_s=0).rows + announce(shop.stores, now=shop.now).rows
        assert rows == (8 if rounds == 0 else 0)
    assert count(shop.stores, {"not": {"did": "Order Completed"}}, now=shop.now) == 3


def test_a_merge_moves_a_membership_without_an_announcement(shop: Any, moscow: Callable[[], set[int]]) -> None:
    shop.did("dev-1", "Page Liked", kind="anonymous_id")
    shop.settle()
    segment_id = make(shop, "All", {"any": [MOSCOW, {"did": "Page Liked"}]})
    assert refresh(shop.stores, segment_id, now=shop.now) == Refreshed(3, 0, 3)
    device = identity.find(shop.stores, "dev-1", "US")[0]
    identity.merge(
        shop.stores, into_id=shop.person("anna"), from_id=device, rule="test", evidence={}, now=shop.now, ids=shop.ids
    )
    assert set(members(shop.stores, segment_id)) == moscow()
    assert [s.name for s, _ in segments_of(shop.stores, device)] == ["All"]
    assert refresh(shop.stores, segment_id, now=shop.now) == Refreshed(0, 0, 2)
    while not announce(shop.stores, now=shop.now).is_done:
        pass
    assert [name for name, _ in announced_names(shop)] == ["Segment Entered"] * 3


def announced_names(shop: Any) -> list[tuple[str, dict[str, str]]]:
    events = counted(shop)
    return [(e.name, e.identifiers) for e in events if e.source_id == "omniloom"]


def test_random_days_keep_the_books_of_entries_and_exits(shop: Any) -> None:
    """A model: the set of today; entries less exits of each person are 1 inside and 0 outside."""
    chance = random.Random(11)
    users = [f"u{n}" for n in range(9)]
    for user in users:
        shop.identify(user, city="Тверь")
    shop.settle()
    segment_id = make(shop, "Muscovites", MOSCOW)
    inside: set[str] = set()
    for _ in range(6):
        shop.clock.advance(timedelta(hours=1))
        for user in chance.sample(users, 4):
            is_in = chance.random() < 0.5
            shop.identify(user, city="Москва" if is_in else "Тверь")
            inside = inside | {user} if is_in else inside - {user}
        shop.settle()
        refresh(shop.stores, segment_id, now=shop.now)
        assert set(members(shop.stores, segment_id)) == {shop.person(user) for user in inside}
    while not announce(shop.stores, now=shop.now, rows_max=3).is_done:
        pass
    told = announced(shop)
    for user in users:
        balance = told.count(("Segment Entered", user)) - told.count(("Segment Left", user))
        assert balance == (user in inside)


def test_a_definition_saved_during_a_refresh_keeps_its_own_members(
    shop: Any, moscow: Callable[[], set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor saves and refreshes while an older refresh waits for its turn to write."""
    segment_id = make(shop, "Muscovites", MOSCOW)
    real_write = shop.stores.events.write

    def write_after_the_editor(_: Any) -> Any:
        monkeypatch.undo()
        update(shop.stores, segment_id, definition=BUYERS, now=shop.now)
        refresh(shop.stores, segment_id, now=shop.now)
        return real_write()

    monkeypatch.setattr(type(shop.stores.events), "write", write_after_the_editor)
    refresh(shop.stores, segment_id, now=shop.now)
    assert members(shop.stores, segment_id) == [shop.person("dmitri")]
    assert segment(shop.stores, segment_id).members == 1


def test_segments_are_kept_renamed_archived_and_restored(shop: Any, moscow: Callable[[], set[int]]) -> None:
    base = make(shop, "Muscovites", "trait: city\nis: Москва")
    with pytest.raises(Conflict, match="already a segment"):
        make(shop, " Muscovites ", MOSCOW)
    with pytest.raises(Invalid, match="name"):
        make(shop, " ", MOSCOW)
    above = make(shop, "Mail", {"all": [{"segment": "Muscovites"}, {"consent": "email"}]})
    assert update(shop.stores, base, name="Moscow", now=shop.now).name == "Moscow"
    assert segment(shop.stores, above).definition["all"][0] == {"segment": base}
    assert refresh(shop.stores, above, now=shop.now).members == 1
    with pytest.raises(Conflict, match="Moscow is part of Mail"):
        archive(shop.stores, base, now=shop.now)
    archive(shop.stores, above, now=shop.now)
    with pytest.raises(Missing):
        members(shop.stores, above)
    archive(shop.stores, base, now=shop.now)
    with pytest.raises(Invalid, match="no segment"):
        restore(shop.stores, above, now=shop.now)
    again = make(shop, "Moscow", MOSCOW)
    with pytest.raises(Conflict):
        restore(shop.stores, base, now=shop.now)
    assert update(shop.stores, again, definition=BUYERS, now=shop.now).definition == BUYERS
    assert [s.name for s in segments(shop.stores)] == ["Moscow"]


def test_segments_cannot_lead_back_to_themselves(shop: Any, moscow: Callable[[], set[int]]) -> None:
    first = make(shop, "First", MOSCOW)
    make(shop, "Second", {"not": {"segment": "First"}})
    make(shop, "Third", {"any": [{"segment": "Second"}, MOSCOW]})
    with pytest.raises(Invalid, match="First → Third → Second → First"):
        update(shop.stores, first, definition={"segment": "Third"}, now=shop.now)
    with pytest.raises(Invalid, match="leads back to itself"):
        update(shop.stores, first, definition={"segment": "First"}, now=shop.now)


def test_many_segments_built_on_each_other_twice_over_stay_cheap(shop: Any, moscow: Callable[[], set[int]]) -> None:
    make(shop, "s0", MOSCOW)
    for n in range(1, 12):
        below = {"segment": f"s{n - 1}"}
        make(shop, f"s{n}", {"any": [below, {"all": [below, BUYERS]}]})
    assert count(shop.stores, {"segment": "s11"}, now=shop.now) == 2


def test_somebody_whose_strongest_address_many_people_use_is_announced_by_their_own(shop: Any) -> None:
    line = {"email": "office@shop.test", "card": "4006381333931"}
    said = [line, *({"user_id": f"u{n}", "email": "office@shop.test"} for n in range(8))]
    for number, identifiers in enumerate(said):
        event = Event(source_id="test", message_id=f"m{number}", type="identify", occurred_at=shop.now,
                      received_at=shop.now, identifiers=identifiers, traits={"city": "Москва"})  # fmt: skip
        shop.stores.log.append([encode(event)])
        shop.settle()
    holder = shop.person("4006381333931")
    assert holder in identity.find(shop.stores, "office@shop.test", "US"), "the first who had it"
    segment_id = make(shop, "Muscovites", MOSCOW)
    refresh(shop.stores, segment_id, now=shop.now)
    while not announce(shop.stores, now=shop.now).is_done:
        pass
    named = [e.identifiers for e in counted(shop) if e.source_id == "omniloom"]
    assert {"card": "4006381333931"} in named
    assert all("email" not in identifiers for identifiers in named)
