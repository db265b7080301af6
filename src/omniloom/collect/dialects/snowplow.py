"""Snowplow: the tracker protocol (tp2) as JSON or as an address, with self-describing events and entities.

``dtm`` and ``stm`` are the device's clock when it happened and when it was sent; ``ttm`` is exact. An event that names
nobody gets an id of its own from ``eid``, as the collector of Snowplow gives each a new network user id. An order and
its lines, which come as events of their own, are one order if they come together.

Source: Snowplow, tracker protocol; Iglu Central, com.snowplowanalytics.*.
"""

from typing import Any

from omniloom.collect.dialect import GIF, Answer, Dialect, Hit, Route, Taken, Unreadable, Verdicts, all_refused, answer
from omniloom.collect.shaping import (
    campaign_of,
    compact,
    context_of,
    mapping,
    message_id,
    number,
    page_of,
    text,
    time_of,
)
from omniloom.collect.snowplow_schema import Entity, entities_of, entity_of, event_of, inner_json
from omniloom.collect.wire import keys, object_of


def _posted(hit: Hit) -> Taken:
    """A payload of many events."""
    data = object_of(hit.body).get("data")
    if not isinstance(data, list):
        raise Unreadable("data is missing or no list", hint="send payload_data", field="data")
    return _taken(data, hit, _ok)


def _pixel(hit: Hit) -> Taken:
    """One event in an address."""
    return _taken([dict(hit.query)], hit, _picture)


def _taken(data: list[Any], hit: Hit, say: Any) -> Taken:
    first = mapping(next(iter(data), None))
    lines: dict[str, list[dict[str, Any]]] = {}
    orders = {text(one.get("tr_id")) for one in data if isinstance(one, dict) and one.get("e") == "tr"}
    kept = []
    for one in data:
        if isinstance(one, dict) and one.get("e") == "ti" and text(one.get("ti_id")) in orders:
            lines.setdefault(text(one.get("ti_id")), []).append(_line(one))
        else:
            kept.append(one)
    items = [_item(one, lines, hit) for one in kept]
    return Taken(keys(first.get("aid"), hit.headers.get("x-write-key")), items, say)


def _item(said: Any, lines: dict[str, list[dict[str, Any]]], hit: Hit) -> Any:
    if not isinstance(said, dict):
        return said
    entities = entities_of(said)
    named = message_id(said.get("eid"), said.get("dtm"), said)
    exact = said.get("ttm")
    return compact(
        {
            **_who(said, entities, named or message_id(None, "nobody", hit.received_at.isoformat(), said)),
            **_call(said, entities, lines),
            "messageId": named,
            "timestamp": time_of(exact or said.get("dtm")),
            "sentAt": None if exact else time_of(said.get("stm")),
            "context": _context(said, entities, hit),
        }
    )


def _who(said: dict[str, Any], entities: list[Entity], fallback: str | None) -> dict[str, str]:
    """A user's id; a device's by domain, network or mobile session."""
    session = entity_of(entities, "client_session")
    device = said.get("duid") or session.get("userId") or said.get("nuid") or said.get("tnuid")
    user = said.get("uid") or entity_of(entities, "user").get("id")
    found = compact({"userId": text(user), "anonymousId": text(device)})
    return found or compact({"anonymousId": fallback})


def _call(said: dict[str, Any], entities: list[Entity], lines: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    kind = text(said.get("e"))
    if kind == "pv":
        return {"type": "page", "name": text(said.get("page")), "properties": _page(said)}
    if kind == "pp":
        return _track("Page Ping", {**_page(said), **{key: number(said.get(key)) for key in _OFFSETS if key in said}})
    if kind == "se":
        return _track(text(said.get("se_ac")), {
            "category": said.get("se_ca"), "action": said.get("se_ac"), "label": said.get("se_la"),
            "property": said.get("se_pr"), "value": number(said.get("se_va")),
        })  # fmt: skip
    if kind == "tr":
        return _track("Order Completed", {**_order(said), "products": lines.get(text(said.get("tr_id")), [])})
    if kind == "ti":
        return _track("Order Line Added", {"order_id": text(said.get("ti_id")), "currency": said.get("ti_cu"),
                                           "products": [_line(said)]})  # fmt: skip
    if kind == "ue":
        outer = inner_json(said, "ue_pr", "ue_px")
        return event_of(mapping(outer.get("data")), entities)
    return {"type": kind or None}  # accept names a kind it does not know


_OFFSETS = ("pp_mix", "pp_max", "pp_miy", "pp_may")


def _track(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "track", "event": name, "properties": compact(properties)}


def _order(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": text(said.get("tr_id")), "affiliation": said.get("tr_af"), "revenue": number(said.get("tr_tt")),
        "tax": number(said.get("tr_tx")), "shipping": number(said.get("tr_sh")), "currency": said.get("tr_cu"),
        "city": said.get("tr_ci"), "state": said.get("tr_st"), "country": said.get("tr_co"),
    }  # fmt: skip


def _line(said: dict[str, Any]) -> dict[str, Any]:
    return compact({
        "product_id": text(said.get("ti_sk")), "sku": text(said.get("ti_sk")), "name": said.get("ti_nm"),
        "category": said.get("ti_ca"), "price": number(said.get("ti_pr")), "quantity": number(said.get("ti_qu")),
    })  # fmt: skip


def _page(said: dict[str, Any]) -> dict[str, Any]:
    return page_of(said.get("url"), title=said.get("page"), referrer=said.get("refr"))


def _context(said: dict[str, Any], entities: list[Entity], hit: Hit) -> dict[str, Any]:
    width, _, height = text(said.get("res")).partition("x")
    user = entity_of(entities, "user")
    return context_of(
        hit,
        library=compact({"name": "snowplow", "version": said.get("tv"), "tracker": said.get("tna")}),
        page=_page(said),
        campaign=campaign_of(said.get("url")),
        screen=compact({"width": number(width), "height": number(height)}),
        traits=compact({"email": user.get("email")}),
        locale=said.get("lang"),
        timezone=said.get("tz"),
        ip=said.get("ip"),
        userAgent=said.get("ua"),
        sessionId=said.get("sid"),
        platform=said.get("p"),
        entities=[{"schema": schema, "data": data} for schema, data in entities],
    )


def _ok(verdicts: Verdicts) -> Answer:
    """200 if anything was taken; else 422, which the trackers do not send again."""
    if drop := all_refused(verdicts):
        return answer({"error": drop.message, "field": drop.field}, status=422)
    return Answer(body=b"ok", content_type="text/plain")


def _picture(verdicts: Verdicts) -> Answer:
    said = _ok(verdicts)
    if said.status != 200:
        return said
    return Answer(body=GIF, content_type="image/gif", headers={"cache-control": "no-store"})


DIALECT = Dialect(
    name="snowplow",
    title="Snowplow",
    docs="https://docs.snowplow.io/docs/fundamentals/canonical-event/tracker-protocol/",
    routes=(
        Route(("POST",), "/com.snowplowanalytics.snowplow/tp2", _posted),
        Route(("GET",), "/com.snowplowanalytics.snowplow/tp2", _pixel),
        Route(("GET",), "/i", _pixel),
    ),
)
