"""Incidents: the clock runs from when one was found, a notice goes once, and what is unsaid is named."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniloom import privacy
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import SeededIds
from omniloom.privacy import IncidentReport, NoticeKind

FOUND = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def note(stores, found_at=FOUND, *, seed=1, **said):
    report = IncidentReport(said.pop("what", "a telephone was stolen"), found_at, **said)
    return privacy.note_incident(stores, report, by="Vera", now=found_at + HOUR, ids=SeededIds(seed))


def test_the_clock_runs_from_the_hour_it_was_found(stores):
    made = note(stores, people=120, data="names")
    assert [(one.kind, one.due_at - FOUND) for one in made.notices] == [("first", 24 * HOUR), ("full", 72 * HOUR)]
    assert privacy.incidents(stores) == [made]
    first, full = made.notices
    assert (made.next_due, first.is_late(FOUND + 24 * HOUR), first.is_late(FOUND + 25 * HOUR)) == (first, False, True)
    told = privacy.tell(stores, made.incident_id, NoticeKind.FIRST, sent_at=FOUND + 25 * HOUR, reference=" 77-1 ",
                        now=FOUND + 26 * HOUR)  # fmt: skip
    assert told.next_due == full
    assert (told.notices[0].reference, told.notices[0].is_late(FOUND + 90 * HOUR)) == ("77-1", True)
    assert privacy.incidents(stores) == [told]


def test_a_notice_goes_once_after_it_was_found_and_the_full_one_says_what_was_found(stores):
    made = note(stores)
    now = FOUND + 30 * HOUR
    for kind, sent_at, findings, field in (
        ("first", FOUND - HOUR, "", "sent_at"), ("first", now + HOUR, "", "sent_at"), ("full", now, " ", "findings"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as told:
            privacy.tell(stores, made.incident_id, NoticeKind(kind), sent_at=sent_at, reference="1", findings=findings,
                         now=now)  # fmt: skip
        assert told.value.facts["field"] == field
    assert privacy.incidents(stores) == [made], "nothing was noted"
    for kind in NoticeKind:
        privacy.tell(stores, made.incident_id, kind, sent_at=now, reference=kind, findings="it was locked", now=now)
        with pytest.raises(Conflict):
            privacy.tell(stores, made.incident_id, kind, sent_at=now, reference="2", findings="x", now=now)
    (kept,) = privacy.incidents(stores)
    assert (kept.findings, kept.next_due) == ("it was locked", None)
    assert [one.reference for one in kept.notices] == ["first", "full"]


def test_a_full_notice_that_went_keeps_its_findings(stores):
    made = note(stores)
    now = FOUND + 30 * HOUR

    def tell(kind, findings):
        privacy.tell(stores, made.incident_id, kind, sent_at=now, reference="1", findings=findings, now=now)
        return privacy.notice_of(stores, made.incident_id, NoticeKind.FULL)

    went = tell(NoticeKind.FULL, "locked and wiped")
    assert tell(NoticeKind.FIRST, "nobody knows") == went
    assert went["incident"]["findings"] == "locked and wiped"


def test_a_document_names_what_is_unsaid_and_changes_with_what_is_said(stores):
    made = note(stores, data="names", cause="theft", measures="wiped", contact="dpo@shop.test")
    first = privacy.notice_of(stores, made.incident_id, NoticeKind.FIRST)
    assert first["unsaid"] == ["people", "harm"]
    full = privacy.notice_of(stores, made.incident_id, NoticeKind.FULL)
    assert full["unsaid"] == ["people", "harm", "findings"]
    assert first["fingerprint"] != full["fingerprint"]
    for unknown in ("", "nobody"):
        with pytest.raises(Missing):
            privacy.notice_of(stores, unknown, NoticeKind.FIRST)


@pytest.mark.parametrize(
    ("said", "field"),
    [({"what": " "}, "what"), ({"people": -1}, "people"), ({"people": 2**70}, "people"), ({"cause": "a\x00b"}, "cause"),
     ({"found_at": FOUND + 3 * HOUR}, "found_at")],
)  # fmt: skip
def test_a_report_that_is_not_valid_is_refused_by_field(stores, said, field):
    with pytest.raises(Invalid) as told:
        report = IncidentReport(**{"what": "x", "found_at": FOUND} | said)
        privacy.note_incident(stores, report, by="", now=FOUND, ids=SeededIds(1))
    assert told.value.facts["field"] == field
    assert privacy.incidents(stores) == []


def test_what_becomes_known_is_added_and_what_was_known_stays(stores):
    made = note(stores, people=10, data="names")
    later = FOUND + 30 * HOUR
    amended = privacy.amend(stores, made.incident_id, {"cause": " a stolen key ", "people": 340}, by="Oleg", now=later)
    assert (amended.report.cause, amended.report.people, amended.report.data) == ("a stolen key", 340, "names")
    assert [(one.at, one.by, one.report.people) for one in amended.history] == [
        (FOUND + HOUR, "Vera", 10), (later, "Oleg", 340),
    ]  # fmt: skip
    assert privacy.incidents(stores) == [amended]
    assert [one.due_at for one in amended.notices] == [one.due_at for one in made.notices], "the clock runs on"


def test_a_notice_says_what_was_known_when_it_went(stores):
    made = note(stores, people=10)
    privacy.amend(stores, made.incident_id, {"people": 20}, by="", now=FOUND + 5 * HOUR)
    privacy.tell(stores, made.incident_id, NoticeKind.FIRST, sent_at=FOUND + 6 * HOUR, reference="1",
                 now=FOUND + 30 * HOUR)  # fmt: skip
    privacy.amend(stores, made.incident_id, {"people": 30, "harm": "calls"}, by="", now=FOUND + 40 * HOUR)
    first, full = (privacy.notice_of(stores, made.incident_id, kind) for kind in NoticeKind)
    assert (first["incident"]["people"], first["incident"]["harm"]) == (20, "")
    assert "harm" in first["unsaid"]
    assert (full["incident"]["people"], full["incident"]["harm"]) == (30, "calls")
    assert "harm" not in full["unsaid"]
    early = note(stores, seed=2)
    privacy.amend(stores, early.incident_id, {"people": 7}, by="", now=FOUND + 2 * HOUR)
    privacy.tell(stores, early.incident_id, NoticeKind.FIRST, sent_at=FOUND, reference="", now=FOUND + 3 * HOUR)
    told = privacy.notice_of(stores, early.incident_id, NoticeKind.FIRST)
    assert told["incident"]["people"] == 0, "what went before anything was written down said what was written first"


@pytest.mark.parametrize(
    ("said", "field"),
    [({"people": -1}, "people"), ({"what": " "}, "what"), ({"found_at": FOUND}, "found_at"), ({"people": 0}, "people"),
     ({"harm": "a\x00b"}, "harm"), ({}, "what")],
)  # fmt: skip
def test_an_amendment_that_is_none_is_refused_by_field(stores, said, field):
    made = note(stores)
    with pytest.raises(Invalid) as told:
        privacy.amend(stores, made.incident_id, said, by="", now=FOUND + 2 * HOUR)
    assert told.value.facts["field"] == field
    assert privacy.incidents(stores) == [made]
    with pytest.raises(Missing):
        privacy.amend(stores, "nobody", {"harm": "x"}, by="", now=FOUND)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["people", "cause", "harm"]), st.integers(1, 5)), max_size=6),
    st.integers(0, 10),
)
def test_at_any_hour_what_was_known_is_all_that_was_said_by_then(stores, words, hour):
    made = note(stores, seed=len(privacy.incidents(stores)) + 1)
    known, by_then = {"people": 0, "cause": "", "harm": ""}, None
    for n, (name, value) in enumerate(words, 1):
        said = {name: value if name == "people" else str(value)}
        if n > hour and by_then is None:
            by_then = dict(known)
        if known[name] != said[name]:
            made = privacy.amend(stores, made.incident_id, said, by="", now=FOUND + HOUR + n * HOUR)
            known |= said
    report = made.known_at(FOUND + HOUR + hour * HOUR)
    assert {name: getattr(report, name) for name in known} == (by_then or known)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(NoticeKind), st.integers(0, 100)), max_size=5))
def test_what_is_due_next_is_the_first_that_did_not_go(stores, told):
    made = note(stores, seed=len(privacy.incidents(stores)) + 1)
    went = {}
    for kind, hours in told:
        if kind not in went:
            went[kind] = FOUND + hours * HOUR
            made = privacy.tell(stores, made.incident_id, kind, sent_at=went[kind], reference="", findings="x",
                                now=FOUND + 101 * HOUR)  # fmt: skip
    assert made.next_due == next((one for one in made.notices if one.kind not in went), None)
    assert {one.kind: one.sent_at for one in made.notices if one.sent_at} == went
