"""Incidents in the interface: the hours that are left, what went, and who may write one down."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from omniloom import privacy
from omniloom.core.errors import Invalid
from omniloom.privacy import IncidentReport, NoticeKind
from omniloom.web.privacy_incidents import _instant

HOSTILE = "<img src=x onerror=alert(7)>"


def test_incidents_show_what_is_due_and_hostile_texts_stay_text(site):
    stores, now = site.platform.stores, site.platform.now()
    empty = site.get("/privacy?tab=incidents", role="owner").text
    assert "No incidents" in empty
    assert "incident-new" in empty
    report = IncidentReport(HOSTILE, now - timedelta(hours=30), people=120)
    made = privacy.note_incident(stores, report, by="Vera", now=now, ids=site.platform.ids)
    page = site.get("/privacy?tab=incidents", role="owner").text
    assert "6 h overdue" in page
    assert ("41 h left" in page) or ("42 h left" in page)
    assert "<img src=x" not in page
    assert f"/api/v1/incidents/{made.incident_id}/notices/first" in page
    privacy.tell(stores, made.incident_id, NoticeKind.FIRST, sent_at=now, reference="77-9", now=now)
    page = site.get("/privacy?tab=incidents", role="owner").text
    assert "77-9" in page
    assert "told-first" not in page
    assert "told-full" in page
    assert "told-full" not in site.get("/privacy?tab=incidents", role="marketer").text


@pytest.mark.parametrize("typed", ["2026-03-01 14:30", " 2026-03-01T14:30Z ", "2026-03-01 17:30+03:00"])
def test_an_hour_is_of_utc_unless_it_says_its_offset(typed):
    assert _instant(SimpleNamespace(_=str), typed) == datetime(2026, 3, 1, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "yesterday", "0001-01-01 00:00+05:00"])
def test_an_hour_that_is_none_is_refused_by_field(typed):
    with pytest.raises(Invalid) as told:
        _instant(SimpleNamespace(_=str), typed)
    assert told.value.facts["field"] == "found_at"
