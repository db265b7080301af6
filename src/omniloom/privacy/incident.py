"""Incidents with personal data: what happened, whom it touches, and what the authority has to be told by when.

The clock runs from the hour an incident was found. Source: 152-FZ art. 21 p. 3.1 (within 24 hours the incident, its
presumed cause and harm, what was done, and who answers questions; within 72 hours what the inquiry found); GDPR art. 33
(72 hours).
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from omniloom.core.clock import EPOCH, instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids, digest
from omniloom.core.text import clean
from omniloom.store import StateTx, Stores, query

_ADD = query(__file__, "add_incident")
_ALL = query(__file__, "incidents")
_SET_TOLD = query(__file__, "set_incident_told")
PEOPLE_MAX = 10_000_000_000  # more than there are
_TEXTS = ("what", "data", "cause", "harm", "measures", "contact")


class NoticeKind(StrEnum):
    """What the authority is told, in the order it is due."""

    FIRST = "first"
    FULL = "full"


DUE = {NoticeKind.FIRST: timedelta(hours=24), NoticeKind.FULL: timedelta(hours=72)}


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What whoever found an incident says of it. ``data``: which data; ``people``: how many, as far as is known."""

    what: str
    found_at: datetime
    data: str = ""
    people: int = 0
    cause: str = ""
    harm: str = ""
    measures: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to the authority: by when, when it went, and the number it was taken under."""

    kind: NoticeKind
    due_at: datetime
    sent_at: datetime | None = None
    reference: str = ""

    def is_late(self, now: datetime) -> bool:
        """Whether it went too late, or should have gone by now."""
        return (self.sent_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. ``findings``: what the inquiry found, told with the full notice."""

    incident_id: str
    report: IncidentReport
    noted_at: datetime
    noted_by: str
    notices: list[Notice]
    findings: str = ""

    @property
    def next_due(self) -> Notice | None:
        """The notice that is due next; None if all went."""
        return next((notice for notice in self.notices if notice.sent_at is None), None)


def note_incident(stores: Stores, report: IncidentReport, *, by: str, now: datetime, ids: Ids) -> Incident:
    """Write an incident down; the clock runs from ``report.found_at``. Errors: Invalid."""
    report = _checked(report, now)
    made = Incident(ids.token(), report, now, by, [Notice(kind, report.found_at + DUE[kind]) for kind in NoticeKind])
    with stores.state.write() as tx:
        tx.run(_ADD, incident_id=made.incident_id, noted_at=now, noted_by=by, **asdict(report), **_told(made))
    return made


def incidents(stores: Stores, *, rows_max: int = 200) -> list[Incident]:
    """Incidents, those found last first."""
    with stores.state.read() as tx:
        return [_incident(row) for row in tx.rows(_ALL, incident_id="", rows_max=rows_max)]


def tell(
    stores: Stores, incident_id: str, kind: NoticeKind, *, sent_at: datetime, reference: str, findings: str = "",
    now: datetime,
) -> Incident:  # fmt: skip
    """Note that a notice went to the authority; ``findings`` are the full one's.

    Errors: Missing; Conflict if it went before; Invalid.
    """
    is_full = kind is NoticeKind.FULL
    with stores.state.write() as tx:
        found = _one(tx, incident_id)
        if next(notice for notice in found.notices if notice.kind is kind).sent_at is not None:
            raise Conflict(f"the {kind} notice went already", hint="what went stays as it is", field="kind")
        if not found.report.found_at <= sent_at <= now:
            raise Invalid("a notice goes after the incident is found and not in the future", field="sent_at")
        if is_full and not findings.strip():
            raise Invalid("the full notice says what the inquiry found", hint="write the findings", field="findings")
        told = replace(
            found,
            findings=clean(findings.strip(), field="findings") if is_full else found.findings,
            notices=[
                replace(notice, sent_at=sent_at, reference=clean(reference.strip(), field="reference"))
                if notice.kind is kind else notice
                for notice in found.notices
            ],
        )  # fmt: skip
        tx.run(_SET_TOLD, incident_id=incident_id, **_told(told))
    return told


def notice_of(stores: Stores, incident_id: str, kind: NoticeKind) -> dict[str, Any]:
    """A notice as a document to send, with what is still unsaid in it. Errors: Missing."""
    with stores.state.read() as tx:
        found = _one(tx, incident_id)
    said = asdict(found.report) | ({"findings": found.findings} if kind is NoticeKind.FULL else {})
    document = {
        "document": f"{kind} notice of an incident with personal data",
        "incident": {"incident_id": incident_id, **said},
        "notice": next(notice for notice in found.notices if notice.kind is kind),
        "unsaid": [name for name, value in said.items() if value in ("", 0)],
    }
    return document | {"fingerprint": digest(msgspec.json.encode(document))}


def _checked(report: IncidentReport, now: datetime) -> IncidentReport:
    """The report with plain texts. Errors: Invalid names the field."""
    if not report.what.strip():
        raise Invalid("say what happened", field="what")
    if report.found_at > now:
        raise Invalid("an incident is not found in the future", hint="give the hour it was found", field="found_at")
    if report.people < 0:
        raise Invalid("the number of people is not negative", hint="0: not known yet", field="people")
    if report.people > PEOPLE_MAX:
        raise Invalid("so many people there are not", hint=f"at most {PEOPLE_MAX:,}", field="people")
    said = asdict(report)
    texts = {name: clean(said[name].strip(), field=name) for name in _TEXTS}
    return IncidentReport(**said | texts)


def _one(tx: StateTx, incident_id: str) -> Incident:
    row = tx.one(_ALL, incident_id=incident_id, rows_max=1) if incident_id else None
    if row is None:
        raise Missing(f"there is no incident {incident_id}", field="incident_id")
    return _incident(row)


def _told(incident: Incident) -> dict[str, Any]:
    """The columns that telling changes."""
    columns: dict[str, Any] = {"findings": incident.findings}
    for notice in incident.notices:
        columns[f"{notice.kind}_sent_at"] = notice.sent_at or EPOCH
        columns[f"{notice.kind}_reference"] = notice.reference
    return columns


def _incident(row: dict[str, Any]) -> Incident:
    found_at = instant(row["found_at"])
    said = {name: row[name] for name in (*_TEXTS, "people")}
    notices = [
        Notice(kind, found_at + DUE[kind], instant(row[f"{kind}_sent_at"]) if row[f"{kind}_sent_at"] else None,
               row[f"{kind}_reference"])
        for kind in NoticeKind
    ]  # fmt: skip
    report = IncidentReport(found_at=found_at, **said)
    return Incident(row["incident_id"], report, instant(row["noted_at"]), row["noted_by"], notices, row["findings"])
