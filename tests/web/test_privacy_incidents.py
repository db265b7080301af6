"""Incidents in the interface: the hours that are left, what went, and who may write one down."""

from datetime import timedelta

from omniloom import privacy
from omniloom.privacy import IncidentReport, NoticeKind

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
