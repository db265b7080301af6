"""Why a customer is one person: the golden record with its lineage, the graph, merging and undoing it, the rules."""

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from omniloom import collect, identity, profiles
from omniloom.access import Permission
from omniloom.api.door import needs, platform_of, reply, who_asks
from omniloom.api.manage.body import Body
from omniloom.app import Platform
from omniloom.core.errors import Invalid
from omniloom.core.event import OWN_SOURCE_ID
from omniloom.profiles import Rule, Survivorship
from omniloom.store import Stores

routes = APIRouter()
BY_HAND = "by hand"


class MergeBody(Body):
    """Who becomes part of the person in the path, and why."""

    other_id: int
    note: str = Field(default="", max_length=500)


class DetachBody(Body):
    """An identifier that is not the person's, in any spelling, and why."""

    kind: str
    value: str
    note: str = Field(default="", max_length=500)


class RuleBody(Body):
    """How a value is chosen; ``trust`` needs ``sources``: names or ids, the most trusted first."""

    rule: Rule
    sources: list[str] = Field(default_factory=list)


@routes.get("/people/{person_id}/golden")
@needs(Permission.CUSTOMERS_READ)
def show_golden(request: Request, person_id: int) -> Response:
    """One person's golden record: each value, the rule that chose it, the event it is from, and what lost."""
    return reply({"fields": profiles.golden(platform_of(request).stores, person_id)})


@routes.get("/people/{person_id}/graph")
@needs(Permission.CUSTOMERS_READ)
def show_graph(request: Request, person_id: int) -> Response:
    """One person's identifiers, the people they came for, and the merges that made them one."""
    platform = platform_of(request)
    region = platform.settings.identity.home_region
    return reply({"graph": profiles.whole(platform.stores, person_id, home_region=region)})


@routes.get("/people/{person_id}/merges")
@needs(Permission.CUSTOMERS_READ)
def show_merges(request: Request, person_id: int) -> Response:
    """The journal of one person's merges, undone ones too, newest first."""
    return reply({"merges": profiles.merge_journal(platform_of(request).stores, person_id)})


@routes.post("/people/{person_id}/merge")
@needs(Permission.CUSTOMERS_WRITE)
def merge_people(request: Request, person_id: int, body: MergeBody) -> Response:
    """Make another person part of this one. It can be undone at any time."""
    platform = platform_of(request)
    evidence = {"by": who_asks(request), **({"note": body.note} if body.note else {})}
    merge_id = identity.merge(
        platform.stores, into_id=person_id, from_id=body.other_id, rule=BY_HAND, evidence=evidence,
        now=platform.now(), ids=platform.ids,
    )  # fmt: skip
    platform.wake.set()
    return reply({"merge_id": merge_id}, status=201)


@routes.post("/merges/{merge_id}/undo")
@needs(Permission.CUSTOMERS_WRITE)
def undo_merge(request: Request, merge_id: str) -> Response:
    """Make two people of one again; each gets back what is theirs."""
    platform = platform_of(request)
    gone, stays = identity.unmerge(platform.stores, merge_id, by=who_asks(request), now=platform.now())
    platform.wake.set()
    return reply({"people": [stays, gone]})


@routes.post("/people/{person_id}/detach")
@needs(Permission.CUSTOMERS_WRITE)
def detach_identifier(request: Request, person_id: int, body: DetachBody) -> Response:
    """Take an identifier away from a person; it gets a person of its own. Merging the two takes it back."""
    platform = platform_of(request)
    key = _key_of(platform, person_id, body)
    done = identity.detach(
        platform.stores, person_id, key, by=who_asks(request), now=platform.now(), ids=platform.ids,
        note=body.note,
    )  # fmt: skip
    platform.wake.set()
    return reply(done)


def _key_of(platform: Platform, person_id: int, body: DetachBody) -> tuple[str, str]:
    """Which identifier is meant: the one that is stored like that, even if it would not be taken today; else by its
    normal form. Errors: Invalid, Missing.
    """
    known = {(one.kind, one.value) for one in identity.identifiers_of(platform.stores, person_id)}
    if (body.kind, body.value) in known:
        return body.kind, body.value
    value = identity.normalise(body.kind, body.value, platform.settings.identity.home_region)
    if isinstance(value, identity.Problem):
        field = "kind" if value.reason is identity.ProblemReason.UNKNOWN_KIND else "value"
        raise Invalid(f"{field}: {value.message}", hint="take it from the person's identifiers", field=field)
    return body.kind, value


@routes.get("/survivorship")
@needs(Permission.CUSTOMERS_READ)
def list_rules(request: Request) -> Response:
    """The rules by which values are chosen; traits without one have the newest."""
    return reply({"rules": profiles.survivorships(platform_of(request).stores)})


@routes.put("/survivorship/{key}")
@needs(Permission.SETTINGS_WRITE)
def set_rule(request: Request, key: str, body: RuleBody) -> Response:
    """Choose the rule of one trait for everybody; ``recency`` takes it away."""
    platform = platform_of(request)
    wanted = Survivorship(key, body.rule, tuple(_source(platform.stores, said) for said in body.sources))
    profiles.set_survivorship(platform.stores, wanted, by=who_asks(request), now=platform.now())
    platform.wake.set()
    return reply({"rules": profiles.survivorships(platform.stores)})


def _source(stores: Stores, said: str) -> str:
    """The id of a source that was given by its id or its name. Errors: Invalid names those there are."""
    known = {one.source_id: one.name for one in collect.sources(stores)} | {OWN_SOURCE_ID: "Omniloom"}
    for source_id, name in known.items():
        if said.strip() in {source_id, name}:
            return source_id
    raise Invalid(f"there is no source {said!r}", hint=f"one of {', '.join(known.values())}", field="sources")
