"""What is found out later goes into the incident on its page."""

from datetime import timedelta

from omniloom import privacy
from omniloom.privacy import IncidentReport

from .pressing import fill, press

HOSTILE = "<img src=x onerror=alert(7)>"


def test_an_incident_is_amended_on_its_page(site):
    stores, now = site.platform.stores, site.platform.now()
    report = IncidentReport("a lost stick", now - timedelta(hours=2), people=7)
    made = privacy.note_incident(stores, report, by="Vera", now=now, ids=site.platform.ids)
    site.get("/privacy?tab=incidents", role="owner")
    press(site, "incident-amend")
    fill(site, "incident-cause", f"{HOSTILE} fell out of a pocket")
    press(site, "amend-save")
    (kept,) = [one for one in privacy.incidents(stores) if one.incident_id == made.incident_id]
    assert (kept.report.cause, kept.report.people) == (f"{HOSTILE} fell out of a pocket", 7)
    assert [one.by for one in kept.history] == ["Vera", "owner@example.test"]
    page = site.get("/privacy?tab=incidents", role="owner").text
    assert "What was known when" in page
    assert "fell out of a pocket" in page
    assert "<img src=x" not in page
    assert "incident-amend" not in site.get("/privacy?tab=incidents", role="marketer").text
