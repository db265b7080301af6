"""Incidents over the management API: hours with an offset, and what no store could hold is refused by field."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.api.test_matching import asking

from omniloom.access import Role
from omniloom.app import open_platform


@pytest.fixture
def platform(tmp_path):
    opened = open_platform(tmp_path / "data", environ={})
    yield opened
    opened.close()


def test_hours_have_an_offset_and_are_kept_in_utc(platform):
    ask = asking(platform, Role.OWNER)
    at = (platform.now() - timedelta(hours=2)).replace(microsecond=0)
    there = at.astimezone(timezone(timedelta(hours=5))).isoformat()
    made = ask("POST", "/incidents", what="a stolen laptop", found_at=there).json()
    assert datetime.fromisoformat(made["report"]["found_at"]) == at
    path = f"/incidents/{made['incident_id']}/notices/first"
    told = ask("POST", path, sent_at=there, reference="77-1").json()
    assert datetime.fromisoformat(told["notices"][0]["sent_at"]).astimezone(UTC) == at


@pytest.mark.parametrize(
    ("field", "value"), [("found_at", "0001-01-01T00:00:00+05:00"), ("people", 2**70), ("people", -1)]
)
def test_what_cannot_be_kept_is_refused_by_field(platform, field, value):
    ask = asking(platform, Role.OWNER)
    refused = ask("POST", "/incidents", what="x", **{field: value})
    assert 400 <= refused.status_code < 500, refused.text
    assert field in refused.text


def test_a_notice_s_hour_that_no_clock_shows_is_refused(platform):
    ask = asking(platform, Role.OWNER)
    incident_id = ask("POST", "/incidents", what="x").json()["incident_id"]
    refused = ask("POST", f"/incidents/{incident_id}/notices/first", sent_at="0001-01-01T00:00:00+05:00")
    assert 400 <= refused.status_code < 500, refused.text
    assert "sent_at" in refused.text


def test_an_incident_is_amended_and_keeps_what_was_known(platform):
    ask = asking(platform, Role.OWNER)
    incident_id = ask("POST", "/incidents", what="a stolen laptop").json()["incident_id"]
    path = f"/incidents/{incident_id}/amendments"
    amended = ask("POST", path, cause="a broken window", people=120)
    assert amended.status_code == 201, amended.text
    assert [one["report"]["people"] for one in amended.json()["history"]] == [0, 120]
    (kept,) = ask("GET", "/incidents").json()["incidents"]
    assert (kept["report"]["cause"], kept["report"]["what"]) == ("a broken window", "a stolen laptop")
    assert ask("POST", path, people=120).status_code == 422
    assert ask("POST", path, found_at="2026-01-01T00:00:00Z").status_code == 422
    assert ask("POST", "/incidents/none/amendments", harm="x").status_code == 404
    assert asking(platform, Role.ANALYST)("POST", path, harm="x").status_code == 403
