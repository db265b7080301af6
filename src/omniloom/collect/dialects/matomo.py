"""Matomo: everything that happened as the parameters of an address, one request or many.

One request may say two things: a page, and the product it shows. Where it says nothing that tells a retry from
another one (``rand``, ``pv_id``, ``cdt`` …), each request counts.

Source: Matomo, Tracking HTTP API.
"""

from typing import Any

from omniloom.collect.dialect import (
    GIF,
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
    message_id,
    number,
    page_of,
    sequence,
    text,
    time_of,
)
from omniloom.collect.wire import form_of, json_of, keys, looks_like_json, object_of, pairs_of
from omniloom.core.errors import OmniloomError

_UNIQUE = ("rand", "r", "pv_id", "cdt")  # parameters that tell one request from the next
_CONTEXT = {"lang": "locale", "cip": "ip", "ua": "userAgent"}


def _tracked(hit: Hit) -> Taken:
    """One request of the tracker, or a bulk of them."""
    if looks_like_json(hit.body):
        return _bulk(hit)
    said = form_of(hit)
    is_quiet = said.get("send_image") == "0"
    return Taken(
        keys(said.get("idsite"), said.get("token_auth")), _items(said, hit), _silence if is_quiet else _picture
    )


def _bulk(hit: Hit) -> Taken:
    body = object_of(hit.body)
    requests = body.get("requests")
    if not isinstance(requests, list):
        raise Unreadable("requests is missing or no list", hint='send {"requests": ["?idsite=1&rec=1&…", …]}')
    said = [_parameters(one) for one in requests]
    first: dict[str, str] = next((one for one in said if isinstance(one, dict)), {})
    items = [item for one in said for item in (_items(one, hit) if isinstance(one, dict) else [one])]
    return Taken(keys(first.get("idsite"), body.get("token_auth")), items, _counted)


def _parameters(request: Any) -> Any:
    """The parameters of one request of a bulk; what is none stays as it is, to be refused."""
    if isinstance(request, dict):
        return {str(name): text(value) for name, value in request.items()}
    if not isinstance(request, str):
        return request
    try:
        return dict(pairs_of(request.partition("?")[2] or request))
    except Unreadable:
        return request


def _items(said: dict[str, str], hit: Hit) -> list[dict[str, Any]]:
    unique = {name: value for name, value in said.items() if name not in {"token_auth", "send_image", "queuedtracking"}}
    mark = unique if any(name in said for name in _UNIQUE) else None
    named = message_id(None, "matomo", mark)
    who = _who(said, named or hit_id(hit))
    shared = {**who, "timestamp": _time(said), "context": _context(said, hit)}
    calls = _calls(said)
    return [
        compact({**shared, **call, "messageId": named if index == 0 or named is None else f"{named}-{index}"})
        for index, call in enumerate(calls)
    ]


def hit_id(hit: Hit) -> str:
    """A name for somebody of whom nothing is known but this one request."""
    return message_id(None, "nobody", hit.client_ip, hit.received_at.isoformat(), hit.query, hit.body.hex()) or ""


def _who(said: dict[str, str], request_id: str) -> dict[str, str]:
    """A user's id, a browser's id; somebody new if the request names nobody, as at Matomo without cookies."""
    found = compact({"userId": said.get("uid"), "anonymousId": said.get("_id") or said.get("cid")})
    return found or {"anonymousId": request_id}


def _time(said: dict[str, str]) -> str | None:
    """When it happened: told by a server, or so many seconds before the request (an offline queue)."""
    return time_of(said.get("cdt"))


def _calls(said: dict[str, str]) -> list[dict[str, Any]]:
    """What one request says happened."""
    page = page_of(said.get("url"), title=said.get("action_name"), referrer=said.get("urlref"))
    if said.get("idgoal") == "0" or "ec_id" in said:
        return [_order(said)]
    if said.get("e_c") or said.get("e_a"):
        return [_action(said)]
    for name, event, field in (("download", "File Downloaded", "url"), ("link", "Link Clicked", "url"),
                               ("search", "Products Searched", "query")):  # fmt: skip
        if said.get(name):
            more = {"category": said.get("search_cat"), "results": number(said.get("search_count"))}
            return [_track(event, {field: said[name], **(more if name == "search" else {})})]
    if said.get("idgoal"):
        return [_track("Goal Converted", {"goal_id": said["idgoal"], "revenue": number(said.get("revenue"))})]
    if said.get("c_n"):
        name = "Content Clicked" if said.get("c_i") else "Content Viewed"
        return [_track(name, {"name": said["c_n"], "piece": said.get("c_p"), "target": said.get("c_t")})]
    if said.get("ping") == "1":
        return [_track("Page Ping", page)]
    viewed = {"type": "page", "name": said.get("action_name"), "properties": {**page, **_dimensions(said)}}
    return [viewed, *_product(said)]


def _track(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "track", "event": name, "properties": compact(properties)}


def _action(said: dict[str, str]) -> dict[str, Any]:
    """An event: its action is its name."""
    properties = {"category": said.get("e_c"), "action": said.get("e_a"), "label": said.get("e_n"),
                  "value": number(said.get("e_v")), **_dimensions(said)}  # fmt: skip
    return _track(said.get("e_a") or said.get("e_c", ""), properties)


def _order(said: dict[str, str]) -> dict[str, Any]:
    """An order, or a cart as it is now if it has no number."""
    number_of_order = said.get("ec_id", "")
    amounts = {"revenue": "revenue", "ec_st": "subtotal", "ec_tx": "tax", "ec_sh": "shipping", "ec_dt": "discount"}
    properties: dict[str, Any] = {to: number(said.get(name)) for name, to in amounts.items()}
    if not number_of_order:
        properties["cart_total"] = properties.pop("revenue")
    properties["products"] = [_line(one) for one in sequence(_lines(said.get("ec_items", "")))]
    return _track("Order Completed" if number_of_order else "Cart Updated", {"order_id": number_of_order, **properties})


def _lines(raw: str) -> Any:
    try:
        return json_of(raw) if raw else []
    except Unreadable:
        return []


def _line(item: Any) -> Any:
    """One product of an order: [sku, name, category, price, quantity], or the same under names."""
    if isinstance(item, dict):
        names = ("sku", "name", "category", "price", "quantity")
        item = [item.get(name) for name in names]
    if not isinstance(item, list):
        return item
    sku, name, category, price, quantity = [*item, *[None] * 5][:5]
    return compact({"product_id": text(sku), "sku": text(sku), "name": name, "category": category,
                    "price": number(price), "quantity": number(quantity) or 1})  # fmt: skip


def _product(said: dict[str, str]) -> list[dict[str, Any]]:
    """The product, or the list of products, that a page shows."""
    sku, name, category = said.get("_pks", ""), said.get("_pkn", ""), said.get("_pkc", "")
    properties = compact({"product_id": sku, "sku": sku, "name": name, "category": category,
                          "price": number(said.get("_pkp"))})  # fmt: skip
    if sku or name:
        return [_track("Product Viewed", properties)]
    return [_track("Product List Viewed", properties)] if category else []


def _dimensions(said: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in said.items() if name.startswith("dimension") and value}


def _context(said: dict[str, str], hit: Hit) -> dict[str, Any]:
    width, _, height = said.get("res", "").partition("x")
    own = compact({"name": said.get("_rcn"), "term": said.get("_rck")})
    return context_of(
        hit,
        page=page_of(said.get("url"), title=said.get("action_name"), referrer=said.get("urlref")),
        campaign={**campaign_of(said.get("url")), **campaign_of(given=said), **own},
        screen=compact({"width": number(width), "height": number(height)}),
        pageViewId=said.get("pv_id"),
        **{to: said.get(name) for name, to in _CONTEXT.items()},
    )


def _picture(verdicts: Verdicts) -> Answer:
    if drop := all_refused(verdicts):
        return answer({"error": drop.message, "field": drop.field}, status=400)
    return Answer(body=GIF, content_type="image/gif", headers={"cache-control": "no-store"})


def _silence(verdicts: Verdicts) -> Answer:
    return Answer(204) if all_refused(verdicts) is None else _picture(verdicts)


def _counted(verdicts: Verdicts) -> Answer:
    drops = refused(verdicts)
    said = {"status": "success", "tracked": len(verdicts) - len(drops), "invalid": len(drops)}
    return answer({**said, "invalid_indices": [index for index, _ in drops]})


def _refuse(error: OmniloomError) -> Answer:
    return answer({"status": "error", "error": error.message, "hint": error.hint}, error)


DIALECT = Dialect(
    name="matomo",
    title="Matomo",
    docs="https://developer.matomo.org/api-reference/tracking-api",
    routes=(
        Route(("GET", "POST"), "/matomo.php", _tracked),
        Route(("GET", "POST"), "/piwik.php", _tracked),
    ),
    refuse=_refuse,
)
