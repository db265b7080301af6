"""Snowplow's self-describing events and entities in Segment's words.

Source: Iglu Central: com.snowplowanalytics.snowplow, com.snowplowanalytics.snowplow.ecommerce, ….mobile.
"""

from typing import Any

from omniloom.collect.dialect import Unreadable
from omniloom.collect.shaping import compact, mapping, product_event, renamed, sequence, standard_name, text
from omniloom.collect.wire import json_of, unbase64

Entity = tuple[str, dict[str, Any]]

_PRODUCT = {"id": "product_id", "list_price": "list_price", "unit_price": "price"}
_EVENTS = {
    "link_click": "Link Clicked", "add_to_cart": "Product Added", "remove_from_cart": "Product Removed",
    "site_search": "Products Searched", "submit_form": "Form Submitted", "change_form": "Form Changed",
    "focus_form": "Form Focused", "button_click": "Button Clicked",
}  # fmt: skip
_FIELDS = {"targetUrl": "url", "unit_price": "price", "formId": "form_id"}
_TRANSACTION = {"transaction_id": "order_id", "total_quantity": "quantity", "discount_code": "coupon"}
_NAMED_IN_ENTITIES = ("client_session", "user")


def inner_json(said: dict[str, Any], plain: str, packed: str) -> dict[str, Any]:
    """The object in a parameter, as JSON text or as Base64 of it; empty if there is none.

    Errors: none; what cannot be read counts as absent, and the event is refused for having no name.
    """
    try:
        if raw := said.get(plain):
            return mapping(json_of(raw) if isinstance(raw, str) else raw)
        if raw := said.get(packed):
            return mapping(json_of(unbase64(raw))) if isinstance(raw, str) else {}
    except Unreadable:
        return {}
    return {}


def entities_of(said: dict[str, Any]) -> list[Entity]:
    """The entities attached to an event: (schema, data)."""
    found = sequence(inner_json(said, "co", "cx").get("data"))
    return [(text(one.get("schema")), mapping(one.get("data"))) for one in found if isinstance(one, dict)]


def entity_of(entities: list[Entity], name: str) -> dict[str, Any]:
    """The first entity of that name, or an empty one."""
    return next((data for schema, data in entities if _name(schema) == name), {})


def event_of(said: dict[str, Any], entities: list[Entity]) -> dict[str, Any]:
    """The call that a self-describing event is."""
    schema, body = text(said.get("schema")), said.get("data")
    if not isinstance(body, dict):
        return {"type": "track", "event": _name(schema), "properties": body}
    name = _name(schema)
    if name == "snowplow_ecommerce_action":
        return _bought(body, entities)
    if name == "identify":
        user = text(body.get("user_id") or body.get("userId") or body.get("id"))
        return compact({"type": "identify", "userId": user, "traits": mapping(body.get("traits")) or body})
    if name == "screen_view":
        return {"type": "screen", "name": text(body.get("name")), "properties": body}
    if name == "page_view":
        return {"type": "page", "name": text(body.get("title")), "properties": body}
    properties = renamed(body, _FIELDS) if name in _EVENTS else body
    if name in {"add_to_cart", "remove_from_cart"} and "sku" in properties:
        properties["product_id"] = properties["sku"]
    if name == "site_search":
        properties["query"] = " ".join(text(term) for term in sequence(body.get("terms")))
    return {"type": "track", "event": _EVENTS.get(name, name), "properties": properties}


def _bought(body: dict[str, Any], entities: list[Entity]) -> dict[str, Any]:
    """A step of buying: its products, cart and order stand in entities."""
    name = standard_name(text(body.get("type")))
    products = [renamed(data, _PRODUCT) for schema, data in entities if _is_ecommerce(schema, "product")]
    properties = {key: value for key, value in body.items() if key != "type"}
    for kind in ("cart", "checkout_step", "promotion"):
        for schema, data in entities:
            if _is_ecommerce(schema, kind):
                properties.update(renamed(data, {"total_value": "cart_total"}))
    for kind in ("transaction", "refund"):
        for schema, data in entities:
            if _is_ecommerce(schema, kind):
                amount = "refund_amount" if kind == "refund" else "revenue"
                properties.update(renamed(data, {**_TRANSACTION, amount: "revenue"}))
    return {"type": "track", "event": name, "properties": product_event(name, properties, products)}


def _is_ecommerce(schema: str, name: str) -> bool:
    return _name(schema) == name and "ecommerce" in schema


def _name(schema: str) -> str:
    """The name in ``iglu:vendor/name/format/version``."""
    parts = schema.split("/")
    return parts[1] if len(parts) > 1 else schema
