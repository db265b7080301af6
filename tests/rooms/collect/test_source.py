"""Sources and their write keys."""

from datetime import datetime, timedelta

import pytest

from omniloom.collect import SourceKeys, add_source, disable_source, import_source, source_of_key, sources
from omniloom.core.clock import ManualClock
from omniloom.core.errors import Conflict, Denied, Invalid
from omniloom.core.ids import SeededIds
from omniloom.store import Stores
from omniloom.store.sql import parse_state

ADD = parse_state(
    "test.add",
    "insert into collect_source (source_id, name, kind, write_key, created_at)"
    " values ('till', 'Till', 'server', 'elsewhere', :now)",
)


def test_a_source_is_found_by_its_write_key(stores: Stores, now: datetime, ids: SeededIds) -> None:
    site = add_source(stores, name=" Site ", kind="website", now=now, ids=ids)
    assert site.name == "Site"
    assert source_of_key(stores, site.write_key) == site
    assert sources(stores) == [site]


def test_an_unknown_write_key_is_denied_with_a_hint(stores: Stores) -> None:
    with pytest.raises(Denied, match="unknown write key") as denied:
        source_of_key(stores, "nonsense")
    assert "Sources" in denied.value.hint


def test_names_are_unique_and_kinds_known(stores: Stores, now: datetime, ids: SeededIds) -> None:
    add_source(stores, name="Site", kind="website", now=now, ids=ids)
    with pytest.raises(Conflict, match="already a source"):
        add_source(stores, name="Site", kind="app", now=now, ids=ids)
    with pytest.raises(Invalid, match="kind 'fridge' is unknown"):
        add_source(stores, name="Fridge", kind="fridge", now=now, ids=ids)
    with pytest.raises(Invalid, match="name must have"):
        add_source(stores, name="  ", kind="app", now=now, ids=ids)


def test_a_disabled_source_is_denied_once_the_remembered_key_is_old(
    stores: Stores, clock: ManualClock, ids: SeededIds
) -> None:
    site = add_source(stores, name="Site", kind="website", now=clock.now(), ids=ids)
    keys = SourceKeys(stores, clock)
    assert keys.source_of(site.write_key) == site
    disable_source(stores, site.source_id, now=clock.now())
    assert keys.source_of(site.write_key) == site
    clock.advance(timedelta(seconds=6))
    with pytest.raises(Denied, match="disabled"):
        keys.source_of(site.write_key)


def test_an_unknown_key_is_remembered_a_moment_and_one_that_is_added_here_works_at_once(
    stores: Stores, clock: ManualClock, ids: SeededIds
) -> None:
    keys = SourceKeys(stores, clock)
    for key in ("here", "elsewhere"):
        with pytest.raises(Denied, match="unknown write key") as denied:
            keys.source_of(key)
        assert "Sources" in denied.value.hint
    site = add_source(stores, name="Site", kind="website", now=clock.now(), ids=ids, write_key="here")
    assert keys.source_of("here") == site
    with pytest.raises(Denied, match="unknown write key"):
        keys.source_of("elsewhere")
    with stores.state.write() as tx:  # as another process would
        tx.run(ADD, now=clock.now())
    with pytest.raises(Denied, match="unknown write key"):
        keys.source_of("elsewhere")
    clock.advance(timedelta(seconds=2))
    assert keys.source_of("elsewhere").name == "Till"


def test_an_import_source_is_the_same_in_every_installation_and_takes_no_requests(
    stores: Stores, now: datetime
) -> None:
    made = import_source(stores, "Receipts", now=now)
    assert import_source(stores, "Receipts", now=now) == made
    assert made.source_id.startswith("import-")
    with pytest.raises(Denied, match="unknown write key"):
        source_of_key(stores, made.write_key)
