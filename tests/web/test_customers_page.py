"""The list of customers says that there are more, and shows them: twice as many at a time, up to a bound."""

from datetime import timedelta

import pytest

from omniloom.core.event import Event, encode
from omniloom.web.customers import ROWS_FIRST, ROWS_MAX
from omniloom.worker import loop

from .pressing import press, said_now

MORE = "customers-more"


@pytest.fixture(autouse=True)
def many(site):
    """More people than the list shows, heard of long ago: ``listed-`` more than its bound, ``rare-`` a screen."""
    now = site.platform.now()
    known = [f"listed-{n}" for n in range(ROWS_MAX + 1)] + [f"rare-{n}" for n in range(ROWS_FIRST)]
    site.platform.stores.log.append([
        encode(Event(source_id="s", message_id=f"many-{one}", type="identify", received_at=now,
                     occurred_at=now - timedelta(days=300), identifiers={"user_id": one}))
        for one in known
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)


def shown(beginning: str) -> int:
    return len({one for one in said_now() if one.startswith(beginning)})


def test_more_are_shown_until_the_bound_and_then_a_narrower_search_is_asked_for(site):
    site.get("/customers?q=listed-", role="owner")
    for rows in (25, 50, 100):
        assert shown("listed-") == rows
        assert f"Found: the first {rows}" in said_now()
        assert "Show more" in said_now()
        press(site, MORE)
    assert shown("listed-") == ROWS_MAX
    assert "Only the first 200 are shown: narrow the search." in said_now()
    assert "Show more" not in said_now()


def test_a_list_that_ends_with_the_screen_offers_no_more(site):
    site.get("/customers?q=rare-", role="owner")
    assert shown("rare-") == ROWS_FIRST
    assert f"Found: {ROWS_FIRST}" in said_now()
    assert not {"Show more", "Only the first 200 are shown: narrow the search."}.intersection(said_now())


def test_those_seen_last_go_on_as_well_and_in_russian(site):
    site.get("/customers", role="operator")
    assert {"Последние контакты: первые 25", "Показать ещё"} <= set(said_now())
    press(site, MORE)
    assert "Последние контакты: первые 50" in said_now()


def test_nobody_found_has_no_more(site):
    site.get("/customers?q=nobody-is-called-so", role="owner")
    assert "Nobody found" in said_now()
    assert "Show more" not in said_now()
