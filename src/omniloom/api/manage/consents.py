"""What people agreed to and wish: words, proof, double opt-ins, the texts and topics, who can be reached."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from omniloom import messaging, profiles
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, who_asks
from omniloom.api.manage.body import ROWS_MAX, Body, RowsMax
from omniloom.core.errors import Invalid
from omniloom.messaging import voice
from omniloom.profiles import PrivacyKind, PrivacyState, Topic, Wordings

routes = APIRouter()
PDF = "application/pdf"


class WordBody(Body):
    """A word of a person about consent; ``wording_id`` names a registered text instead of ``wording``."""

    channel: str
    is_given: bool
    method: str = "api"
    wording: str = ""
    wording_id: str = ""
    wording_version: int = 0
    wording_language: str = ""
    purpose: str = "marketing"
    advertiser: str = ""
    ip: str = ""
    user_agent: str = ""
    evidence: dict[str, Any] = Field(default_factory=dict)


class OptInBody(Body):
    """A wish in the name of an address, to be confirmed by it. ``ip`` and ``user_agent`` are whoever asked."""

    channel: str
    address: str
    wording: str = ""
    wording_id: str = ""
    wording_version: int = 0
    purpose: str = "marketing"
    advertiser: str = ""
    language: str = ""
    user_id: str = ""
    ip: str = ""
    user_agent: str = ""
    evidence: dict[str, Any] = Field(default_factory=dict)


class WordingBody(Body):
    """A text people agree to."""

    name: str
    text: str
    language: str = ""
    version: int | None = None


class TopicBody(Body):
    """What messages are about."""

    title_en: str = ""
    title_ru: str = ""
    about_en: str = ""
    about_ru: str = ""
    place: int = 0
    is_offered: bool = True


@routes.get("/people/{person_id}/consents")
@needs(Permission.CUSTOMERS_READ)
def show_consents(request: Request, person_id: int) -> Response:
    """One person's ledger, newest first, and where they can be reached."""
    platform = platform_of(request)
    history = profiles.consent_history(platform.stores, person_id)
    reach = messaging.reach.reach_of(platform.stores, person_id, now=platform.now())
    asked = profiles.privacy_requests_of(platform.stores, person_id)
    return reply({"consents": history, "reach": reach, "privacy_requests": asked})


@routes.post("/people/{person_id}/consents")
@needs(Permission.CUSTOMERS_WRITE)
def take_consent(request: Request, person_id: int, body: WordBody) -> Response:
    """Write a person's word down: given or taken back, in force when this answers."""
    platform = platform_of(request)
    text, version = _wording(request, body.model_dump())
    word = voice.Word(
        channel=body.channel, is_given=body.is_given, method=body.method, wording=text, wording_version=version,
        purpose=body.purpose, advertiser=body.advertiser, evidence=body.evidence,
    )  # fmt: skip
    entry = voice.take_consent(
        platform.stores, person_id, word, by=who_asks(request), now=platform.now(), ids=platform.ids,
        visitor=voice.Visitor(body.ip, body.user_agent),
    )  # fmt: skip
    messaging.try_flush(platform.stores)
    platform.wake.set()
    return reply({"consent": entry}, status=201)


@routes.get("/people/{person_id}/consent-proof")
@needs(Permission.CUSTOMERS_PERSONAL)
def show_proof(request: Request, person_id: int, format: str = "json", language: str = "en") -> Response:  # noqa: A002 - the parameter's name outside
    """The proof of one person's consents, as JSON or as a PDF document, in English or Russian."""
    platform = platform_of(request)
    if format not in ("json", "pdf"):
        raise Invalid(f"a proof is json or pdf, not {format}", field="format")
    proof = profiles.consent_proof(platform.stores, person_id, now=platform.now(), language=language)
    if format == "json":
        return reply(proof)
    name = f"consent-proof-{proof.person_id}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    document = profiles.proof_pdf(platform.stores, proof, language=language)
    return Response(document, media_type=PDF, headers=headers)


@routes.post("/opt-ins")
@needs(Permission.CUSTOMERS_WRITE)
def request_opt_in(request: Request, body: OptInBody) -> Response:
    """Ask an address whether it wants what was asked for in its name: nothing is given until it says yes."""
    platform = platform_of(request)
    text, version = _wording(request, {**body.model_dump(), "wording_language": body.language})
    wish = voice.Wish(
        channel=body.channel, address=body.address, wording=text, wording_version=version, purpose=body.purpose,
        advertiser=body.advertiser, language=body.language, user_id=body.user_id, evidence=body.evidence,
    )  # fmt: skip
    request_id = voice.request_opt_in(
        platform.stores, wish, home_region=platform.settings.identity.home_region, now=platform.now(),
        ids=platform.ids, visitor=voice.Visitor(body.ip, body.user_agent),
    )  # fmt: skip
    messaging.try_flush(platform.stores)
    platform.wake.set()
    return reply({"request_id": request_id}, status=202)


@routes.get("/wordings")
@needs(Permission.CUSTOMERS_READ)
def show_wordings(request: Request) -> Response:
    """Every version of every text people agree to, with its SHA-256."""
    return reply({"wordings": profiles.wordings(platform_of(request).stores)})


@routes.post("/wordings")
@needs(Permission.CAMPAIGNS_WRITE)
def add_wording(request: Request, body: WordingBody) -> Response:
    """Register a text: a new version, or a further language of one."""
    platform = platform_of(request)
    added = profiles.add_wording(
        platform.stores, name=body.name, text=body.text, language=body.language, version=body.version,
        now=platform.now(), by=who_asks(request),
    )  # fmt: skip
    return reply({"wording": added}, status=201)


@routes.get("/topics")
@needs(Permission.CUSTOMERS_READ)
def show_topics(request: Request) -> Response:
    """What messages are about, as people may choose it."""
    return reply({"topics": profiles.topics(platform_of(request).stores)})


@routes.put("/topics/{topic}")
@needs(Permission.CAMPAIGNS_WRITE)
def save_topic(request: Request, topic: str, body: TopicBody) -> Response:
    """Add a topic or change it."""
    platform = platform_of(request)
    return reply({"topic": profiles.save_topic(platform.stores, Topic(topic, **body.model_dump()), now=platform.now())})


@routes.get("/reachability")
@needs(Permission.CUSTOMERS_READ)
def show_reachability(request: Request, advertiser: str = "") -> Response:
    """Each channel over everybody: addressed, verified, agreed, reachable, and what is missing of the others."""
    platform = platform_of(request)
    profiles.check_advertiser(platform.stores, advertiser)
    found = messaging.reach.reach_map(platform.stores, now=platform.now(), advertiser=advertiser)
    return reply({"channels": found})


@routes.get("/privacy-requests")
@needs(Permission.CUSTOMERS_READ)
def show_privacy_requests(
    request: Request, kind: PrivacyKind | None = None, state: PrivacyState | None = PrivacyState.OPEN,
    rows_max: RowsMax = 100,
) -> Response:  # fmt: skip
    """What people ask about their own data, the oldest first."""
    stores = platform_of(request).stores
    found = profiles.privacy_requests(stores, kind=kind, state=state, rows_max=min(rows_max, ROWS_MAX))
    return reply({"requests": found})


def _wording(request: Request, body: dict[str, Any]) -> tuple[str, str]:
    """The text and its label; a registered one by its name. Errors: Invalid for a name there is not."""
    known = Wordings(profiles.wordings(platform_of(request).stores))
    text, label = known.read(body)
    if body["wording_id"] and not text:
        raise Invalid(f"there is no wording {body['wording_id']}", hint="register it first", field="wording_id")
    return text, label
