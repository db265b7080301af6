"""The list of customers says that there are more, and shows them: twice as many at a time, up to a bound."""

import pytest

from omniloom.core.event import Event, encode
from omniloom.web import customers
from omniloom.worker import loop

from .pressing import press, said_now

MORE, FIRST, MOST = "customers-more", 3, 10


@pytest.fixture(autouse=True)
def many(site, monkeypatch):
    """A short list, and more people than it shows: ``listed-`` more than its bound, ``rare-`` a screen."""
    monkeypatch.setattr(customers, "ROWS_FIRST", FIRST)
    monkeypatch.setattr(customers, "ROWS_MAX", MOST)
    now = site.platform.now()
    known = [f"listed-{n}" for n in range(MOST + 1)] + [f"rare-{n}" for n in range(FIRST)]
    site.platform.stores.log.append([
        encode(Event(source_id="s", message_id=f"many-{one}", type="identify", received_at=now, occurred_at=now,
                     identifiers={"user_id": one}))
        for one in known
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)


def shown(beginning: str) -> int:
    return len({one for one in said_now() if one.startswith(beginning)})


def test_more_are_shown_until_the_bound_and_then_a_narrower_search_is_asked_for(site):
    site.get("/customers?q=listed-", role="owner")
    for rows in (3, 6):
        assert shown("listed-") == rows
        assert f"Found: the first {rows}" in said_now()
        assert "Show more" in said_now()
        press(site, MORE)
    assert shown("listed-") == MOST
    assert "Only the first 10 are shown: narrow the search." in said_now()
    assert "Show more" not in said_now()


def test_a_list_that_ends_with_the_screen_offers_no_more(site):
    site.get("/customers?q=rare-", role="owner")
    assert shown("rare-") == FIRST
    assert f"Found: {FIRST}" in said_now()
    assert not {"Show more", "Only the first 10 are shown: narrow the search."}.intersection(said_now())


def test_those_seen_last_go_on_as_well_and_in_russian(site):
    site.get("/customers", role="operator")
    assert {"Последние контакты: первые 3", "Показать ещё"} <= set(said_now())
    press(site, MORE)
    assert "Последние контакты: первые 6" in said_now()


def test_nobody_found_has_no_more(site):
    site.get("/customers?q=nobody-is-called-so", role="owner")
    assert "Nobody found" in said_now()
    assert "Show more" not in said_now()
