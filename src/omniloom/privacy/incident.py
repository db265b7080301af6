"""Incidents with personal data: what happened, whom it touches, and what the authority has to be told by when.

The clock runs from the hour an incident was found. Source: 152-FZ art. 21 p. 3.1 (within 24 hours the incident, its
presumed cause and harm, what was done, and who answers questions; within 72 hours what the inquiry found); GDPR art. 33
(72 hours).

What is known grows: ``amend`` adds to it, and every earlier state stays, so that each notice says what was known when
it went.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from omniloom.core.clock import EPOCH, instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids, digest
from omniloom.core.text import clean
from omniloom.store import Row, StateTx, Stores, query

_ADD = query(__file__, "add_incident")
_ALL = query(__file__, "incidents")
_SET_TOLD = query(__file__, "set_incident_told")
_ADD_LINE = query(__file__, "add_incident_line")
_LINES = query(__file__, "incident_lines")
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
class Known:
    """All that was known of an incident from an hour on, and who said so."""

    at: datetime
    by: str
    report: IncidentReport


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
    """One incident. ``report``: what is known by now; ``history``: what was known when, the newest last.

    ``findings``: what the inquiry found, told with the full notice.
    """

    incident_id: str
    report: IncidentReport
    noted_at: datetime
    noted_by: str
    notices: list[Notice]
    findings: str = ""
    history: list[Known] = field(default_factory=list)

    def known_at(self, at: datetime) -> IncidentReport:
        """What was known at an hour; before anything was written down, what was written down first."""
        return next((known.report for known in reversed(self.history) if known.at <= at), self.history[0].report)

    @property
    def next_due(self) -> Notice | None:
        """The notice that is due next; None if all went."""
        return next((notice for notice in self.notices if notice.sent_at is None), None)


def note_incident(stores: Stores, report: IncidentReport, *, by: str, now: datetime, ids: Ids) -> Incident:
    """Write an incident down; the clock runs from ``report.found_at``. Errors: Invalid."""
    report = _checked(report, now)
    notices = [Notice(kind, report.found_at + DUE[kind]) for kind in NoticeKind]
    made = Incident(ids.token(), report, now, by, notices, history=[Known(now, by, report)])
    with stores.state.write() as tx:
        tx.run(_ADD, incident_id=made.incident_id, noted_at=now, noted_by=by, **asdict(report), **_told(made))
    return made


def incidents(stores: Stores, *, rows_max: int = 200) -> list[Incident]:
    """Incidents, those found last first."""
    with stores.state.read() as tx:
        rows = tx.rows(_ALL, incident_id="", rows_max=rows_max)
        return _incidents(tx, rows)


def amend(stores: Stores, incident_id: str, said: Mapping[str, Any], *, by: str, now: datetime) -> Incident:
    """Add to what is known of an incident, or correct it: ``said`` holds the fields that change. What was known stays.

    Errors: Missing; Invalid names the field, and where nothing is new.
    """
    if unknown := sorted(set(said) - {*_TEXTS, "people"}):
        raise Invalid(f"{unknown[0]} cannot be amended", hint="the clock runs from when it was found", field=unknown[0])
    with stores.state.write() as tx:
        found = _one(tx, incident_id)
        report = _checked(replace(found.report, **said), now)
        if report == found.report:
            raise Invalid("nothing is new", hint="change what became known", field=next(iter(said), "what"))
        columns = {name: getattr(report, name) for name in (*_TEXTS, "people")}
        tx.run(_ADD_LINE, incident_id=incident_id, place=len(found.history), said_at=now, said_by=by, **columns)
    return replace(found, report=report, history=[*found.history, Known(now, by, report)])


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
    """A notice as a document to send, with what is still unsaid in it; one that went, with what was known then.

    Errors: Missing.
    """
    with stores.state.read() as tx:
        found = _one(tx, incident_id)
    notice = next(notice for notice in found.notices if notice.kind is kind)
    report = found.known_at(notice.sent_at) if notice.sent_at else found.report
    said = asdict(report) | ({"findings": found.findings} if kind is NoticeKind.FULL else {})
    document = {
        "document": f"{kind} notice of an incident with personal data",
        "incident": {"incident_id": incident_id, **said},
        "notice": notice,
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
    rows = tx.rows(_ALL, incident_id=incident_id, rows_max=1) if incident_id else []
    if not rows:
        raise Missing(f"there is no incident {incident_id}", field="incident_id")
    return _incidents(tx, rows)[0]


def _told(incident: Incident) -> dict[str, Any]:
    """The columns that telling changes."""
    columns: dict[str, Any] = {"findings": incident.findings}
    for notice in incident.notices:
        columns[f"{notice.kind}_sent_at"] = notice.sent_at or EPOCH
        columns[f"{notice.kind}_reference"] = notice.reference
    return columns


def _incidents(tx: StateTx, rows: list[Row]) -> list[Incident]:
    """Incidents of their rows, with all that was known of each."""
    lines: dict[str, list[Row]] = defaultdict(list)
    if rows:
        for line in tx.rows(_LINES, incident_ids=[row["incident_id"] for row in rows]):
            lines[line["incident_id"]].append(line)
    return [_incident(row, lines[row["incident_id"]]) for row in rows]


def _incident(row: Row, lines: list[Row]) -> Incident:
    found_at = instant(row["found_at"])
    first = row | {"said_at": row["noted_at"], "said_by": row["noted_by"]}
    history = [
        Known(instant(line["said_at"]), line["said_by"], IncidentReport(
            found_at=found_at, **{name: line[name] for name in (*_TEXTS, "people")}))
        for line in itertools.chain([first], lines)
    ]  # fmt: skip
    notices = [
        Notice(kind, found_at + DUE[kind], instant(row[f"{kind}_sent_at"]) if row[f"{kind}_sent_at"] else None,
               row[f"{kind}_reference"])
        for kind in NoticeKind
    ]  # fmt: skip
    noted = (instant(row["noted_at"]), row["noted_by"])
    return Incident(row["incident_id"], history[-1].report, *noted, notices, row["findings"], history)
