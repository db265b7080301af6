"""The demo's search for duplicates is a job like anybody's: one at a time in an installation, and told afterwards."""

from datetime import UTC, datetime

import pytest
from tests.api.test_matching import filled

from omniloom import identity
from omniloom.cli.demo import story
from omniloom.core.errors import Conflict
from omniloom.core.ids import SeededIds

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def platform(tmp_path):
    opened = filled(tmp_path / "data")
    yield opened
    opened.close()


def look(platform):
    return story._find_duplicates(platform)


def test_it_is_told_who_searched_and_what_it_came_to(platform):
    assert look(platform) == 1
    (job,) = identity.matchings(platform.stores)
    assert (job.started_by, job.outcome, job.error) == ("demo", identity.MatchingOutcome.DONE, None)
    assert job.result.merged + job.result.waiting == 1


def test_it_does_not_search_beside_somebody_s_search(platform):
    with (
        identity.begin_matching(platform.stores, automatic=1.0, by="anna", now=NOW, ids=SeededIds(1)),
        pytest.raises(Conflict, match="running already"),
    ):
        look(platform)
    assert len(identity.matchings(platform.stores)) == 1
