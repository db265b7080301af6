"""Amplitude: events with a type; ``$identify`` and ``$groupidentify`` are calls, ``revenue_amount`` is an order.

Source: Amplitude, HTTP V2 and Batch Event Upload APIs, Identify API; amplitude-python ``ResponseProcessor`` for
what each answer makes a client do.
"""

from typing import Any

from omniloom.collect.dialect import Answer, Dialect, Hit, Route, Taken, Unreadable, Verdicts, answer, refused
from omniloom.collect.shaping import (
    campaign_of,
    compact,
    context_of,
    instant_of,
    mapping,
    message_id,
    number,
    page_of,
    text,
    time_of,
)
from omniloom.collect.wire import form_of, json_of, keys, looks_like_json, object_of
from omniloom.core.errors import OmniloomError

BODY_BYTES_MAX = 8 << 20
_REVENUE = {"$revenue": "revenue", "$currency": "currency", "$revenueType": "revenue_type", "$receipt": "receipt"}
_PRODUCT = {"$productId": "product_id", "$price": "price", "$quantity": "quantity"}
_PAGE = "[Amplitude] Page "


def _upload(hit: Hit) -> Taken | None:
    """Events of the HTTP and batch APIs; a body without events is PostHog's, which has ``/batch`` too."""
    body = object_of(hit.body)
    events = body.get("events")
    if events is None and "batch" in body:
        return None
    if not isinstance(events, list):
        raise Unreadable("Request missing required field: events", hint='send {"events": [event, …]}', field="events")
    return Taken(
        keys(body.get("api_key")),
        [_item(event, hit) for event in events],
        _uploaded,
        sent_at=instant_of(body.get("client_upload_time")),
    )


def _identification(hit: Hit) -> Taken:
    """The Identify API: traits of one user or many, in a form."""
    form = form_of(hit)
    if looks_like_json(hit.body):
        body = object_of(hit.body)
        key, value = body.get("api_key"), body.get("identification", body.get("events"))
    else:
        key, value = form.get("api_key"), json_of(form.get("identification", ""))
    users = value if isinstance(value, list) else [value]
    items = [_item({**one, "event_type": "$identify"}, hit) if isinstance(one, dict) else one for one in users]
    return Taken(keys(key), items, _uploaded)


def _item(event: Any, hit: Hit) -> Any:
    if not isinstance(event, dict):
        return event
    said = event.get("event_properties")
    if not isinstance(said, (dict, type(None))):
        return event
    name = text(event.get("event_type"))
    at = event.get("time") or event.get("timestamp")
    # A user without an id is the device's; Amplitude knows both.
    who = {"userId": text(event.get("user_id")), "anonymousId": text(event.get("device_id"))}
    return compact(
        {
            **who,
            **_call(name, event, mapping(said)),
            "messageId": message_id(event.get("insert_id") or event.get("$insert_id"), name, at, event),
            "timestamp": time_of(at),
            "context": _context(event, mapping(said), hit),
        }
    )


def _call(name: str, event: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    if name == "$identify":
        return {"type": "identify", "traits": _traits(event.get("user_properties"))}
    if name == "$groupidentify":
        kind, group = next(iter(mapping(event.get("groups")).items()), ("", ""))
        who = {} if event.get("user_id") or event.get("device_id") else {"anonymousId": f"{kind}:{text(group)}"}
        return {"type": "group", **who, "groupId": _first(group), "traits": _traits(event.get("group_properties")),
                "properties": {"type": kind}}  # fmt: skip
    if name == "[Amplitude] Page Viewed":
        page = _page(said)
        own = {key: value for key, value in said.items() if not key.startswith(_PAGE) and not _is_campaign(key, value)}
        return {"type": "page", "name": page.get("title"), "properties": {**page, **own}}
    if name == "[Amplitude] Screen Viewed":
        return {"type": "screen", "name": text(said.get("[Amplitude] Screen Name")), "properties": said}
    if name == "revenue_amount" or "$revenue" in said or event.get("revenue") is not None:
        return {"type": "track", "event": "Order Completed" if name == "revenue_amount" else name,
                "properties": _revenue(event, said)}  # fmt: skip
    return {"type": "track", "event": name, "properties": said}


def _first(group: Any) -> str:
    return text(group[0]) if isinstance(group, list) and group else text(group)


def _is_campaign(key: str, value: Any) -> bool:
    return bool(campaign_of(given={key: value})) or value is None


def _revenue(event: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Revenue as Segment has it: price times quantity where both are told (they win, as at Amplitude)."""
    told = compact({**{f"${key}": event.get(key) for key in ("revenue", "price", "quantity", "productId", "currency")},
                    **said})  # fmt: skip
    own = {key: value for key, value in said.items() if key not in _REVENUE and key not in _PRODUCT}
    product = compact({to: told.get(name) for name, to in _PRODUCT.items()})
    price, quantity = number(product.get("price")), number(product.get("quantity", 1))
    revenue = {to: told[name] for name, to in _REVENUE.items() if name in told}
    if price is not None and quantity is not None:
        revenue["revenue"] = round(price * quantity, 6)
    return {**own, **revenue, **({"products": [product]} if product else {})}


def _traits(properties: Any) -> Any:
    """The traits that operations set; an unset one becomes empty; counters and lists are not kept."""
    if not isinstance(properties, dict):
        return properties
    plain = {key: value for key, value in properties.items() if not key.startswith("$")}
    gone = dict.fromkeys(mapping(properties.get("$unset")), None)
    return {**gone, **mapping(properties.get("$setOnce")), **plain, **mapping(properties.get("$set"))}


def _page(said: dict[str, Any]) -> dict[str, Any]:
    referrer = said.get("referrer")
    title = said.get(f"{_PAGE}Title")
    return page_of(said.get(f"{_PAGE}URL") or said.get(f"{_PAGE}Location"), title=title, referrer=referrer)


def _context(event: dict[str, Any], said: dict[str, Any], hit: Hit) -> dict[str, Any]:
    library, _, version = text(event.get("library")).rpartition("/")
    ip = event.get("ip")
    return context_of(
        hit,
        library=compact({"name": library or version, "version": version if library else None}),
        page=compact({**_page(said), "url": said.get(f"{_PAGE}Location") or said.get(f"{_PAGE}URL")}),
        campaign={**campaign_of(given=mapping(event.get("user_properties"))), **campaign_of(given=said)},
        traits=_traits(event.get("user_properties")) if event.get("event_type") != "$identify" else None,
        os=compact({"name": event.get("os_name"), "version": event.get("os_version")}),
        device=compact({"id": event.get("device_id"), "manufacturer": event.get("device_manufacturer"),
                        "model": event.get("device_model")}),
        app=compact({"version": event.get("app_version")}),
        locale=event.get("language"),
        sessionId=event.get("session_id"),
        userAgent=event.get("user_agent"),
        ip=hit.client_ip if ip == "$remote" else ip,
        groupId=next((_first(group) for group in mapping(event.get("groups")).values()), None),
    )  # fmt: skip


def _uploaded(verdicts: Verdicts) -> Answer:
    """400 only if nothing could be taken: a client sends the others of its batch again, and they are known here."""
    drops = refused(verdicts)
    if drops and len(drops) == len(verdicts):
        fields: dict[str, list[int]] = {}
        for index, drop in drops:
            fields.setdefault(drop.field or "event", []).append(index)
        return answer({"code": 400, "error": drops[0][1].message, "events_with_invalid_fields": fields}, status=400)
    return answer({"code": 200, "events_ingested": len(verdicts) - len(drops)})


def _refuse(error: OmniloomError) -> Answer:
    """A wrong key is 400 with words that the clients look for; they stop then."""
    if error.status in {401, 403}:
        return answer({"code": 400, "error": f"Invalid API key: {error.message}"}, status=400)
    return answer({"code": error.status, "error": error.message}, error)


def _remote_config(_hit: Hit) -> Answer:
    return answer({"configs": {}})


DIALECT = Dialect(
    name="amplitude",
    title="Amplitude",
    docs="https://amplitude.com/docs/apis/analytics/http-v2",
    routes=(
        Route(("POST",), "/2/httpapi", _upload, BODY_BYTES_MAX),
        Route(("POST",), "/batch", _upload, BODY_BYTES_MAX),
        Route(("POST",), "/identify", _identification),
        Route(("GET",), "/config", _remote_config, is_rooted=False),
        Route(("GET",), "/config/{key}", _remote_config),
    ),
    refuse=_refuse,
)
