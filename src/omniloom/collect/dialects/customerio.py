"""Customer.io: its Track API, a customer by a path (v1) or by operations (v2); its pipelines speak Segment's spec.

The key is the site id, or the API key, of HTTP Basic.

Source: Customer.io, Track API v1 and v2; customerio-python ``track.py``.
"""

from typing import Any

from omniloom.collect.dialect import (
    Answer,
    Dialect,
    Hit,
    Route,
    Taken,
    Unreadable,
    Verdicts,
    all_refused,
    answer,
    refused,
)
from omniloom.collect.shaping import campaign_of, compact, context_of, mapping, message_id, page_of, text, time_of
from omniloom.collect.spec_body import read_spec
from omniloom.collect.wire import basic_of, bearer_of, keys, object_of
from omniloom.core.errors import OmniloomError

_TYPES = {"page": "page", "screen": "screen"}
_NOT_TRAITS = {"_update", "anonymous_id", "cio_id"}


def _keys(hit: Hit) -> tuple[str, ...]:
    return keys(*basic_of(hit), bearer_of(hit))


def _one(hit: Hit, *items: Any) -> Taken:
    return Taken(_keys(hit), list(items), _ok)


def _identify(hit: Hit) -> Taken:
    """Make or change a customer."""
    return _one(hit, _person(_who(hit.params["id"]), object_of(hit.body), hit))


def _person(who: dict[str, str], said: dict[str, Any], hit: Hit) -> dict[str, Any]:
    traits = {name: value for name, value in said.items() if name not in _NOT_TRAITS}
    if "created_at" in traits:
        traits["createdAt"] = time_of(traits.pop("created_at"))
    who = {**who, **compact({"anonymousId": text(said.get("anonymous_id"))})}
    return compact({"type": "identify", **who, "traits": traits, "context": context_of(hit)})


def _event(hit: Hit) -> Taken:
    """Something a customer did."""
    body = object_of(hit.body)
    return _one(hit, _happened(_who(hit.params["id"]), body, body.get("data"), hit))


def _anonymous(hit: Hit) -> Taken:
    """Something that somebody did who is no customer yet."""
    body = object_of(hit.body)
    recipient = mapping(body.get("data")).get("recipient")
    who = compact({"anonymousId": text(body.get("anonymous_id")) or text(recipient)})
    return _one(hit, _happened(who, body, body.get("data"), hit))


def _happened(who: dict[str, str], said: dict[str, Any], data: Any, hit: Hit) -> dict[str, Any]:
    kind, name = _TYPES.get(text(said.get("type")), "track"), text(said.get("name"))
    at = said.get("timestamp")
    page: dict[str, Any] = {}
    if kind == "page":
        page = page_of(name, referrer=mapping(data).get("referrer"))
    properties = {**page, **data} if isinstance(data, dict) else data or page
    return compact(
        {
            "type": kind,
            "event" if kind == "track" else "name": name,
            **who,
            "properties": properties,
            "timestamp": time_of(at),
            "messageId": message_id(said.get("id"), who, at, said),
            "context": context_of(hit, page=page, campaign=campaign_of(given=mapping(data))),
        }
    )


def _who(given: str) -> dict[str, str]:
    """A customer's id in a path; one with an @ is an address."""
    return {"userId": given}


def _deleted(hit: Hit) -> Taken:
    return _one(hit, _told(_who(hit.params["id"]), "User Deleted", {}, hit))


def _suppressed(hit: Hit) -> Taken:
    return _one(hit, _told(_who(hit.params["id"]), "User Suppressed", {}, hit))


def _unsuppressed(hit: Hit) -> Taken:
    return _one(hit, _told(_who(hit.params["id"]), "User Unsuppressed", {}, hit))


def _device(hit: Hit) -> Taken:
    device = mapping(object_of(hit.body).get("device"))
    return _one(hit, _told(_who(hit.params["id"]), "Device Created or Updated", device, hit))


def _no_device(hit: Hit) -> Taken:
    return _one(hit, _told(_who(hit.params["id"]), "Device Deleted", {"id": hit.params["device"]}, hit))


def _told(who: dict[str, str], name: str, properties: dict[str, Any], hit: Hit) -> dict[str, Any]:
    """An event that Customer.io's pipelines know by this name."""
    return compact({"type": "track", "event": name, **who, "properties": properties, "context": context_of(hit)})


def _merge(hit: Hit) -> Taken:
    """Two customers are one."""
    body = object_of(hit.body)
    return _one(hit, _alias(mapping(body.get("primary")), mapping(body.get("secondary"))))


def _alias(primary: dict[str, Any], secondary: dict[str, Any]) -> dict[str, Any]:
    return {"type": "alias", **_identified(primary), "previousId": next(iter(_identified(secondary).values()), "")}


def _identified(identifiers: dict[str, Any]) -> dict[str, Any]:
    """Who identifiers speak of: a user id, else an address, else Customer.io's own id."""
    if said := text(identifiers.get("id")):
        return {"userId": said}
    found = {kind: text(identifiers.get(kind)) for kind in ("email", "cio_id")}
    return compact({"userId": found["email"] or found["cio_id"]})


def _operations(hit: Hit) -> Taken:
    """The v2 API: one operation, or a batch of them."""
    body = object_of(hit.body)
    operations = body.get("batch", [body])
    if not isinstance(operations, list):
        raise Unreadable("batch is no list", hint='send {"batch": [operation, …]}', field="batch")
    return Taken(_keys(hit), [_operation(one, hit) for one in operations], _each if "batch" in body else _ok)


_ACTIONS = {
    "delete": "User Deleted", "suppress": "User Suppressed", "unsuppress": "User Unsuppressed",
    "add_device": "Device Created or Updated", "delete_device": "Device Deleted",
}  # fmt: skip


def _operation(said: Any, hit: Hit) -> Any:
    if not isinstance(said, dict):
        return said
    who, action = _identified(mapping(said.get("identifiers"))), text(said.get("action"))
    attributes = said.get("attributes")
    if action == "merge":
        return _alias(mapping(said.get("primary")), mapping(said.get("secondary")))
    if action in _ACTIONS:
        return _told(who, _ACTIONS[action], mapping(said.get("device")), hit)
    if action in {"event", "page", "screen"}:
        return _happened(who, {**said, "type": action}, attributes, hit)
    if action == "identify" and text(said.get("type")) == "person":
        email = compact({"email": mapping(said.get("identifiers")).get("email")})
        return _person(who, {**email, **mapping(attributes)}, hit)
    return {**said, "type": f"{text(said.get('type'))} {action}".strip()}  # accept names what it does not know


def _ok(verdicts: Verdicts) -> Answer:
    if drop := all_refused(verdicts):
        return answer({"meta": {"error": drop.message}}, status=400)
    return answer({})


def _each(verdicts: Verdicts) -> Answer:
    """207 with a line for each refused operation; 200 if all were taken."""
    errors = [{"batch_index": index, "reason": drop.reason, "field": drop.field, "message": drop.message}
              for index, drop in refused(verdicts)]  # fmt: skip
    return answer({"errors": errors}, status=207) if errors else answer({})


def _refuse(error: OmniloomError) -> Answer:
    return answer({"meta": {"error": error.message, "hint": error.hint}}, error)


def _account(_hit: Hit) -> Answer:
    return answer({"region": "us", "url": "", "data_center": "us", "environment_id": 0})


_CUSTOMER = "/api/v1/customers/{id}"

DIALECT = Dialect(
    name="customerio",
    title="Customer.io",
    docs="https://docs.customer.io/api/track/",
    routes=(
        Route(("PUT",), _CUSTOMER, _identify),
        Route(("DELETE",), _CUSTOMER, _deleted),
        Route(("POST",), f"{_CUSTOMER}/events", _event),
        Route(("POST",), f"{_CUSTOMER}/suppress", _suppressed),
        Route(("POST",), f"{_CUSTOMER}/unsuppress", _unsuppressed),
        Route(("PUT",), f"{_CUSTOMER}/devices", _device),
        Route(("DELETE",), f"{_CUSTOMER}/devices/{{device}}", _no_device),
        Route(("POST",), "/api/v1/events", _anonymous),
        Route(("POST",), "/api/v1/merge_customers", _merge),
        Route(("POST",), "/api/v2/entity", _operations),
        Route(("POST",), "/api/v2/batch", _operations),
        Route(("GET",), "/api/v1/accounts/region", _account),
        Route(("POST",), "/v1/{kind}", read_spec, is_rooted=False),
    ),
    refuse=_refuse,
)
