"""Mixpanel: events, people and groups, each as JSON, or as Base64 in a form or an address.

``$identify``, ``$create_alias`` and ``$merge`` are calls; a person's ``$set`` is an identify; a charge is an order.

Source: Mixpanel, Ingestion API; mixpanel-browser and mixpanel-python, their ``track``, ``people`` and ``import_data``.
"""

from typing import Any

from omniloom.collect.dialect import GIF, Answer, Dialect, Hit, Route, Taken, Unreadable, Verdicts, answer, refused
from omniloom.collect.shaping import (
    campaign_of,
    compact,
    context_of,
    mapping,
    message_id,
    page_of,
    renamed,
    sequence,
    text,
    time_of,
)
from omniloom.collect.wire import basic_of, form_of, json_of, keys, looks_like_json, unbase64
from omniloom.core.errors import OmniloomError

IMPORT_BYTES_MAX = 10 << 20
_TRAITS = {
    "$email": "email", "$phone": "phone", "$name": "name", "$first_name": "firstName", "$last_name": "lastName",
    "$created": "createdAt", "$avatar": "avatar", "$city": "city", "$country_code": "country", "$region": "region",
    "$timezone": "timezone",
}  # fmt: skip
_NOT_PROPERTIES = {
    "token", "time", "distinct_id", "alias", "mp_lib", "mp_sent_by_lib_version", "current_page_title", "current_domain",
    "current_url_path", "current_url_protocol", "current_url_search",
}  # fmt: skip


def _events(hit: Hit) -> Taken:
    """What happened: one event or many."""
    events, form = _said(hit)
    key = next((text(mapping(mapping(one).get("properties")).get("token")) for one in events), "")
    return Taken(
        keys(key, form.get("token"), basic_of(hit)[0]), [_event(one, hit, form) for one in events], _answer(form)
    )


def _import(hit: Hit) -> Taken:
    """What happened long ago: as a JSON list, or one JSON object a line; times stay as they are."""
    events = _lines(hit.body) if looks_like_json(hit.body) else _said(hit)[0]
    key = next((text(mapping(mapping(one).get("properties")).get("token")) for one in events), "")
    user, password = basic_of(hit)
    return Taken(
        keys(key, hit.asked("token"), user, password, hit.asked("project_id")),
        [_event(one, hit, {}) for one in events],
        _imported,
        is_history=True,
    )


def _people(hit: Hit) -> Taken:
    """What is known of people; a charge among it is an order of its own."""
    updates, form = _said(hit)
    key = next((text(mapping(one).get("$token")) for one in updates), "")
    items = [item for one in updates for item in _updates(one, hit, form)]
    return Taken(keys(key, basic_of(hit)[0]), items, _answer(form))


def _groups(hit: Hit) -> Taken:
    """What is known of groups."""
    updates, form = _said(hit)
    key = next((text(mapping(one).get("$token")) for one in updates), "")
    return Taken(keys(key, basic_of(hit)[0]), [_group(one, hit) for one in updates], _answer(form))


def _said(hit: Hit) -> tuple[list[Any], dict[str, str]]:
    """The request's objects, and its form."""
    form = form_of(hit)
    if looks_like_json(hit.body):
        value = json_of(hit.body)
    else:
        raw = form.get("data", "").strip()
        value = json_of(raw) if raw[:1] in {"{", "["} else json_of(unbase64(raw))
    return (value if isinstance(value, list) else [value]), form


def _lines(body: bytes) -> list[Any]:
    if body.lstrip()[:1] == b"[":
        value = json_of(body)
        return value if isinstance(value, list) else [value]
    return [_line(line) for line in body.split(b"\n") if line.strip()]


def _line(line: bytes) -> Any:
    """One line's value; one that is no JSON stays as it is, so that it alone is refused."""
    try:
        return json_of(line)
    except Unreadable:
        return line


def _event(event: Any, hit: Hit, form: dict[str, str]) -> Any:
    if not isinstance(event, dict) or not isinstance(event.get("properties", {}), (dict, type(None))):
        return event
    said = mapping(event.get("properties"))
    name = text(event.get("event"))
    own = {
        key: value for key, value in said.items() if key[:1] != "$" and key not in _NOT_PROPERTIES and value is not None
    }
    own = {key: value for key, value in own.items() if not campaign_of(given={key: value})}
    return compact(
        {
            **_call(name, said, own),
            "messageId": message_id(said.get("$insert_id"), name, said.get("time"), said),
            "timestamp": time_of(said.get("time")),
            "context": _context(said, hit, form),
        }
    )


def _call(name: str, said: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    if name == "$identify":
        user = text(said.get("$identified_id")) or text(said.get("distinct_id"))
        return {
            "type": "identify",
            "userId": user,
            "anonymousId": _device(said.get("$anon_distinct_id") or said.get("$anon_id")),
        }
    if name == "$create_alias":
        return {"type": "alias", "userId": text(said.get("alias")), "previousId": _device(said.get("distinct_id"))}
    if name == "$merge":
        ids = [*sequence(said.get("$distinct_ids")), "", ""]
        return {"type": "alias", "userId": text(ids[0]), "previousId": _device(ids[1])}
    who = _who(said)
    if name == "$mp_web_page_view":
        page = _page(said)
        return {"type": "page", **who, "name": page.get("title"), "properties": {**page, **own}}
    return {"type": "track", **who, "event": name, "properties": own}


def _who(said: dict[str, Any]) -> dict[str, str]:
    """A user by ``$user_id``, a device by ``$device_id``; else ``distinct_id`` is the user a server speaks of."""
    distinct, device, user = (text(said.get(key)) for key in ("distinct_id", "$device_id", "$user_id"))
    if distinct.startswith("$device:"):
        return compact({"userId": user, "anonymousId": _device(distinct)})
    if not user and distinct != device:
        user = distinct
    return compact({"userId": user, "anonymousId": _device(device)})


def _device(value: Any) -> str:
    return text(value).removeprefix("$device:")


def _referrer(said: dict[str, Any]) -> Any:
    return None if said.get("$referrer") == "$direct" else said.get("$referrer")


def _page(said: dict[str, Any]) -> dict[str, Any]:
    return page_of(said.get("$current_url"), title=said.get("current_page_title"), referrer=_referrer(said))


def _context(said: dict[str, Any], hit: Hit, form: dict[str, str]) -> dict[str, Any]:
    context = context_of(
        hit,
        library=compact({"name": said.get("mp_lib"), "version": said.get("$lib_version")}),
        page=_page(said),
        campaign=campaign_of(given=said),
        os=compact({"name": said.get("$os"), "version": said.get("$os_version")}),
        device=compact({"id": _device(said.get("$device_id")), "model": said.get("$model")}),
        screen=compact({"width": said.get("$screen_width"), "height": said.get("$screen_height")}),
        ip=said.get("ip") or said.get("$ip"),
    )
    if form.get("ip") == "0" and "ip" not in said:
        context.pop("ip", None)  # the client asks not to keep its address
    return context


def _updates(update: Any, hit: Hit, form: dict[str, str]) -> list[Any]:
    """The items of one change of a person: an identify, and an order for each charge."""
    if not isinstance(update, dict):
        return [update]
    user, at = text(update.get("$distinct_id")), update.get("$time")
    who = {"anonymousId": _device(user)} if user.startswith("$device:") else {"userId": user}
    context = context_of(hit)
    if form.get("ip") == "0":
        context.pop("ip", None)
    shared: dict[str, Any] = {**who, "timestamp": time_of(at), "context": context}
    items: list[Any] = []
    charge = mapping(mapping(update.get("$append")).get("$transactions"))
    if charge:
        items.append(_order(charge, shared))
    if "$delete" in update:
        items.append(compact({**shared, "type": "track", "event": "User Deleted"}))
    if not items or set(update) & {"$set", "$set_once"}:
        items.append(compact({**shared, "type": "identify", "traits": _traits(update),
                              "messageId": message_id(None, "engage", at, update)}))  # fmt: skip
    return items


def _order(charge: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    at = charge.get("$time")
    properties = {**renamed(charge, {"$amount": "revenue"})}
    properties.pop("$time", None)
    return compact({**shared, "type": "track", "event": "Order Completed", "properties": properties,
                    "timestamp": time_of(at) or shared["timestamp"],
                    "messageId": message_id(None, "charge", at or shared["timestamp"], shared, charge)})  # fmt: skip


def _traits(update: dict[str, Any]) -> dict[str, Any]:
    """The traits a change sets; what it takes away becomes empty; counters and lists are not kept."""
    gone = dict.fromkeys((text(name) for name in sequence(update.get("$unset"))), None)
    found = {
        **gone,
        **renamed(mapping(update.get("$set_once")), _TRAITS),
        **renamed(mapping(update.get("$set")), _TRAITS),
    }
    return {name: value for name, value in found.items() if not name.startswith("$")}  # the client's own: $os, $browser


def _group(update: Any, hit: Hit) -> Any:
    if not isinstance(update, dict):
        return update
    key, group = text(update.get("$group_key")), text(update.get("$group_id"))
    return compact(
        {
            "type": "group",
            "anonymousId": f"{key}:{group}" if group else "",
            "groupId": group,
            "traits": _traits(update),
            "properties": {"type": key},
            "timestamp": time_of(update.get("$time")),
            "messageId": message_id(None, "groups", update.get("$time"), update),
            "context": context_of(hit),
        }
    )


def _answer(form: dict[str, str]) -> Any:
    """The answer in the form that was asked for: 1 or 0, verbose JSON, or a picture."""

    def say(verdicts: Verdicts) -> Answer:
        drops = refused(verdicts)
        if form.get("img") == "1":
            return Answer(body=GIF, content_type="image/gif")
        is_good = len(drops) < len(verdicts) or not drops
        if form.get("verbose") == "1":
            return answer({"status": int(is_good), "error": None if is_good else drops[0][1].message})
        return Answer(body=b"1" if is_good else b"0", content_type="text/plain")

    return say


def _imported(verdicts: Verdicts) -> Answer:
    """Strict: the request is 400 if anything was refused, with a line for each; the rest is taken."""
    drops = refused(verdicts)
    taken = len(verdicts) - len(drops)
    if not drops:
        return answer({"code": 200, "num_records_imported": taken, "status": "OK"})
    failed = [{"index": index, "field": drop.field, "message": drop.message} for index, drop in drops]
    said = "some data points in the request failed validation"
    return answer({"code": 400, "status": "Bad Request", "error": said, "num_records_imported": taken,
                   "failed_records": failed}, status=400)  # fmt: skip


def _refuse(error: OmniloomError) -> Answer:
    return answer({"code": error.status, "error": error.message, "status": 0, "hint": error.hint}, error)


def _flags(_hit: Hit) -> Answer:
    return answer({"flags": {}, "code": 200})


def _settings(hit: Hit) -> Answer | None:
    """Session recording is off; nothing else is configured from here."""
    if not hit.asked("mp_lib"):
        return None
    return answer({"recording": {"is_enabled": False}, "sdk_config": {"config": {}}})


DIALECT = Dialect(
    name="mixpanel",
    title="Mixpanel",
    docs="https://developer.mixpanel.com/reference/ingestion-api",
    routes=(
        Route(("POST", "GET"), "/track", _events),
        Route(("POST", "GET"), "/engage", _people),
        Route(("POST", "GET"), "/groups", _groups),
        Route(("POST",), "/import", _import, IMPORT_BYTES_MAX),
        Route(("POST", "GET"), "/flags", _flags, is_rooted=False),
        Route(("POST", "GET"), "/decide", _flags, is_rooted=False),
        Route(("GET",), "/settings", _settings),
    ),
    refuse=_refuse,
)
