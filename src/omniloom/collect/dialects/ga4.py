"""GA4: the Measurement Protocol of Google Analytics 4; its e-commerce events are Segment's under other names.

Source: Google, Measurement Protocol (GA4), "Recommended events"; times are microseconds, items are products.
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
from omniloom.collect.shaping import (
    campaign_of,
    compact,
    context_of,
    mapping,
    message_id,
    page_of,
    product_event,
    renamed,
    sequence,
    standard_name,
    text,
    time_of,
)
from omniloom.collect.wire import keys, object_of

_PRODUCT = {
    "item_id": "product_id", "item_name": "name", "item_brand": "brand", "item_category": "category",
    "item_variant": "variant", "index": "position", "item_list_name": "list",
}  # fmt: skip
_PROPERTIES = {
    "transaction_id": "order_id", "search_term": "query", "item_list_id": "list_id", "promotion_id": "promotion_id",
    "promotion_name": "name", "creative_name": "creative",
}  # fmt: skip
_CAMPAIGN = {"campaign": "name", "campaign_id": "id", "source": "source", "medium": "medium", "term": "term"}
_PAGE = ("page_location", "page_title", "page_referrer", "page_path")
_NOT_PROPERTIES = {*_PAGE, "items", "session_id", "engagement_time_msec", "timestamp_micros"}
_ORDERS = ("Order Completed", "Order Refunded")


def _collect(hit: Hit) -> Taken:
    return _read(hit, _ok)


def _debug(hit: Hit) -> Taken:
    return _read(hit, _validated)


def _read(hit: Hit, say: Any) -> Taken:
    """The events of one client; the stream's id is the key, or its secret."""
    body = object_of(hit.body)
    events = body.get("events")
    if not isinstance(events, list):
        raise Unreadable("events is missing or no list", hint='send {"client_id": …, "events": [event, …]}')
    return Taken(
        keys(hit.asked("measurement_id"), hit.asked("firebase_app_id"), hit.asked("api_secret")),
        [_item(event, body, hit) for event in events],
        say,
    )


def _item(event: Any, body: dict[str, Any], hit: Hit) -> Any:
    if not isinstance(event, dict) or not isinstance(event.get("params", {}), (dict, type(None))):
        return event
    said = mapping(event.get("params"))
    at = said.get("timestamp_micros") or event.get("timestamp_micros") or body.get("timestamp_micros")
    who = compact({"userId": text(body.get("user_id")),
                   "anonymousId": text(body.get("client_id")) or text(body.get("app_instance_id"))})  # fmt: skip
    name = text(event.get("name"))
    order = f"{name}:{text(said['transaction_id'])}" if text(said.get("transaction_id")) else None
    return compact(
        {
            **who,
            **_call(name, said),
            # An order is known by its number; other events say nothing that tells a retry from another one of the kind.
            "messageId": message_id(None, "ga4", order) or message_id(None, at, who, event),
            "timestamp": time_of(at),
            "context": _context(said, body, hit),
        }
    )


def _call(name: str, said: dict[str, Any]) -> dict[str, Any]:
    page = page_of(said.get("page_location"), title=said.get("page_title"), referrer=said.get("page_referrer"))
    own = renamed({key: value for key, value in said.items() if key not in _NOT_PROPERTIES}, _PROPERTIES)
    if name == "page_view":
        return {"type": "page", "name": page.get("title"), "properties": {**page, **own}}
    if name == "screen_view":
        screen = text(said.get("screen_name") or said.get("firebase_screen"))
        return {"type": "screen", "name": screen, "properties": own}
    standard = standard_name(name)
    if standard in _ORDERS and "value" in own:
        own["revenue"] = own.pop("value")
    products = [_product(one) for one in sequence(said.get("items"))]
    return {"type": "track", "event": standard, "properties": product_event(standard, own, products)}


def _product(item: Any) -> Any:
    return renamed(item, _PRODUCT) if isinstance(item, dict) else item


def _context(said: dict[str, Any], body: dict[str, Any], hit: Hit) -> dict[str, Any]:
    device = mapping(body.get("device"))
    campaign = {**campaign_of(given=said), **compact({to: said.get(name) for name, to in _CAMPAIGN.items()})}
    traits = {key: mapping(value).get("value", value) for key, value in mapping(body.get("user_properties")).items()}
    return context_of(
        hit,
        page=page_of(said.get("page_location"), title=said.get("page_title"), referrer=said.get("page_referrer")),
        campaign=campaign,
        traits=traits,
        consent=body.get("consent"),
        locale=device.get("language") or said.get("language"),
        device=compact({"type": device.get("category"), "model": device.get("model")}),
        ip=body.get("ip_override"),
        userAgent=body.get("user_agent"),
        sessionId=said.get("session_id"),
    )


def _ok(verdicts: Verdicts) -> Answer:
    """204, as the protocol's clients expect; but not for a request of which nothing was taken."""
    if drop := all_refused(verdicts):
        return answer({"error": drop.message, "field": drop.field}, status=400)
    return Answer(204)


def _validated(verdicts: Verdicts) -> Answer:
    """The debug path says what was refused, and takes the rest all the same."""
    said = [
        {
            "fieldPath": f"events[{index}].{drop.field}",
            "description": drop.message,
            "validationCode": "VALUE_INVALID",
        }
        for index, drop in refused(verdicts)
    ]
    return answer({"validationMessages": said})


DIALECT = Dialect(
    name="ga4",
    title="GA4 Measurement Protocol",
    docs="https://developers.google.com/analytics/devguides/collection/protocol/ga4",
    routes=(
        Route(("POST",), "/mp/collect", _collect),
        Route(("POST",), "/debug/mp/collect", _debug),
    ),
)
