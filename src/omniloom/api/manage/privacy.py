"""A person's copy of their data, their erasure, how long what is kept, the map of what is stored where, incidents."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from starlette.responses import Response, StreamingResponse

from omniloom import privacy
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, sight_of, who_asks
from omniloom.api.manage.body import ROWS_MAX, Body, Instant, RowsMax
from omniloom.privacy import ExportFormat, IncidentReport, NoticeKind

routes = APIRouter()
CHUNK_BYTES = 1 << 18
TYPES = {ExportFormat.JSON: ("application/json", "json"), ExportFormat.CSV: ("application/zip", "zip")}


class ErasureBody(Body):
    """Why somebody is erased: the request, a date, a number of a letter. It stands in the act, so it is not empty."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LiftBody(Body):
    """An identifier that may be known again."""

    identifier: str


class IncidentBody(Body):
    """What is known of an incident; ``found_at`` starts the clock."""

    what: str
    found_at: Instant | None = None
    data: str = ""
    people: int = 0
    cause: str = ""
    harm: str = ""
    measures: str = ""
    contact: str = ""


class AmendedBody(Body):
    """What became known of an incident since; what is left out stays as it is."""

    what: str | None = None
    data: str | None = None
    people: int | None = None
    cause: str | None = None
    harm: str | None = None
    measures: str | None = None
    contact: str | None = None


class ToldBody(Body):
    """A notice that went: when, and the number it was taken under."""

    sent_at: Instant | None = None
    reference: str = ""
    findings: str = ""


class RuleBody(Body):
    """For how many days; null: as declared."""

    days: int | None = None


@routes.get("/people/{person_id}/export")
@needs(Permission.CUSTOMERS_EXPORT)
def export_person(request: Request, person_id: int, format: ExportFormat = ExportFormat.JSON) -> Response:  # noqa: A002 - the parameter's name outside
    """Everything stored of one person: JSON, or CSV files in a ZIP."""
    platform = platform_of(request)
    file = tempfile.TemporaryFile(dir=platform.data_dir)  # noqa: SIM115 - closed behind the answer; it has no name
    try:
        privacy.export(platform.stores, person_id, format, file, now=platform.now(),
                       home_region=platform.settings.identity.home_region, sight=sight_of(request))  # fmt: skip
    except BaseException:
        file.close()
        raise
    kind, ending = TYPES[format]
    headers = {
        "content-disposition": f'attachment; filename="person-{person_id}.{ending}"',
        "content-length": str(file.tell()), "cache-control": "no-store, private",
    }  # fmt: skip
    return StreamingResponse(_pieces(file), media_type=kind, headers=headers)


@routes.post("/people/{person_id}/erasure")
@needs(Permission.PRIVACY_WRITE)
def erase_person(request: Request, person_id: int, body: ErasureBody) -> Response:
    """Erase one person with everyone merged into them: in force when this answers; it cannot be undone."""
    platform = platform_of(request)
    made = privacy.erase(
        platform.stores, person_id, by=who_asks(request), reason=body.reason, now=platform.now(),
        ids=platform.ids, home_region=platform.settings.identity.home_region,
    )  # fmt: skip
    platform.wake.set()
    return reply(privacy.act_of(platform.stores, made.erasure_id), status=201)


@routes.get("/erasures")
@needs(Permission.PRIVACY_READ)
def show_erasures(request: Request, rows_max: RowsMax = 100) -> Response:
    """Acts of deletion, newest first."""
    return reply({"erasures": privacy.erasures(platform_of(request).stores, rows_max=min(rows_max, ROWS_MAX))})


@routes.get("/erasures/{erasure_id}")
@needs(Permission.PRIVACY_READ)
def show_act(request: Request, erasure_id: str) -> Response:
    """One act of deletion as a document."""
    return reply(privacy.act_of(platform_of(request).stores, erasure_id))


@routes.post("/tombstones/lift")
@needs(Permission.PRIVACY_WRITE)
def lift_tombstone(request: Request, body: LiftBody) -> Response:
    """Let an identifier of somebody erased be known again, on the person's own word."""
    platform = platform_of(request)
    region = platform.settings.identity.home_region
    return reply({"lifted": privacy.lift(platform.stores, body.identifier, home_region=region)})


@routes.get("/incidents")
@needs(Permission.PRIVACY_READ)
def show_incidents(request: Request, rows_max: RowsMax = 100) -> Response:
    """Incidents with personal data, newest first, with what the authority is told by when."""
    return reply({"incidents": privacy.incidents(platform_of(request).stores, rows_max=min(rows_max, ROWS_MAX))})


@routes.post("/incidents")
@needs(Permission.PRIVACY_WRITE)
def note_incident(request: Request, body: IncidentBody) -> Response:
    """Write an incident down; found now, unless said otherwise."""
    platform = platform_of(request)
    now = platform.now()
    report = IncidentReport(**body.model_dump() | {"found_at": body.found_at or now})
    made = privacy.note_incident(platform.stores, report, by=who_asks(request), now=now, ids=platform.ids)
    return reply(made, status=201)


@routes.post("/incidents/{incident_id}/amendments")
@needs(Permission.PRIVACY_WRITE)
def amend_incident(request: Request, incident_id: str, body: AmendedBody) -> Response:
    """Add to what is known of an incident, or correct it; what was known before stays in its history."""
    platform = platform_of(request)
    said = body.model_dump(exclude_none=True)
    amended = privacy.amend(platform.stores, incident_id, said, by=who_asks(request), now=platform.now())
    return reply(amended, status=201)


@routes.get("/incidents/{incident_id}/notices/{kind}")
@needs(Permission.PRIVACY_READ)
def show_notice(request: Request, incident_id: str, kind: NoticeKind) -> Response:
    """A notice to the authority as a document, with what is still unsaid in it."""
    return reply(privacy.notice_of(platform_of(request).stores, incident_id, kind))


@routes.post("/incidents/{incident_id}/notices/{kind}")
@needs(Permission.PRIVACY_WRITE)
def tell_of_incident(request: Request, incident_id: str, kind: NoticeKind, body: ToldBody) -> Response:
    """Note that a notice went; now, unless said otherwise."""
    platform = platform_of(request)
    now = platform.now()
    told = privacy.tell(platform.stores, incident_id, kind, sent_at=body.sent_at or now, reference=body.reference,
                        findings=body.findings, now=now)  # fmt: skip
    return reply(told)


@routes.get("/data-map")
@needs(Permission.PRIVACY_READ)
def show_map(request: Request) -> Response:
    """What is stored where: purpose, classes of fields, how long, what erasure does."""
    return reply({"places": privacy.data_map(platform_of(request).stores)})


@routes.get("/retention")
@needs(Permission.PRIVACY_READ)
def show_rules(request: Request) -> Response:
    """What is kept for how long, and what the rules would delete now."""
    platform = platform_of(request)
    return reply({"rules": privacy.rules(platform.stores), "due": privacy.due(platform.stores, now=platform.now())})


@routes.put("/retention/{subject}")
@needs(Permission.SETTINGS_WRITE)
def set_rule(request: Request, subject: str, body: RuleBody) -> Response:
    """Keep a table, or a kind of data, so many days."""
    platform = platform_of(request)
    privacy.set_rule(platform.stores, subject, body.days, by=who_asks(request), now=platform.now())
    return reply({"rules": privacy.rules(platform.stores)})


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(CHUNK_BYTES):
            yield piece
