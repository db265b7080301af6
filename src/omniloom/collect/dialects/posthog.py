"""PostHog: events whose names with a ``$`` say what kind of call they are.

A browser's ``distinct_id`` is anonymous until ``$identify``; a server's names the user. Configuration and flags are
answered with "nothing is on", so that the client only sends events.

Source: PostHog, "Capture" API; posthog-js ``capture``/``identify``, posthog-python ``batch_post``.
"""

from dataclasses import replace
from typing import Any

from omniloom.collect.dialect import Answer, Dialect, Hit, Route, Taken, Unreadable, Verdicts, all_refused, answer
from omniloom.collect.shaping import (
    CLICK_IDS,
    compact,
    context_of,
    instant_of,
    mapping,
    message_id,
    page_of,
    text,
    time_of,
)
from omniloom.collect.wire import gunzip, json_of, keys, looks_like_json, pairs_of, unbase64
from omniloom.core.errors import OmniloomError

BODY_BYTES_MAX = 8 << 20
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id")
_NOT_PROPERTIES = {"distinct_id", "token", "title", "alias", *_UTM, *CLICK_IDS}


def _capture(hit: Hit) -> Taken:
    """One event, or many: as JSON, gzip, Base64 or a form, under whatever content type."""
    body = json_of(_plain(hit))
    envelope = body if isinstance(body, dict) else {}
    inner = envelope.get("batch", envelope.get("data"))
    events = inner if isinstance(inner, list) else body if isinstance(body, list) else [body]
    sent_at = envelope.get("sent_at") or hit.asked("_")
    return Taken(
        keys=keys(envelope.get("api_key"), envelope.get("token"), *_keys_of(events), hit.asked("token")),
        items=[_item(event, hit) for event in events],
        sent_at=instant_of(sent_at),
        is_history=envelope.get("historical_migration") is True,
        answer=_ok,
    )


def _plain(hit: Hit) -> bytes:
    """The body's JSON: the query or the bytes themselves say how it is packed."""
    body = hit.body or unbase64(hit.asked("data"))
    if body[:2] == b"\x1f\x8b":
        return gunzip(body, bytes_max=BODY_BYTES_MAX)
    if looks_like_json(body):
        return body
    if body.startswith((b"data=", b"compression=", b"ip=")):
        fields = dict(pairs_of(body))
        return unbase64(fields.get("data", ""))
    if hit.asked("compression") == "lz64":
        raise Unreadable("lz64 is not supported", hint="send gzip-js or base64, as clients since 2021 do")
    return unbase64(body)


def _keys_of(events: list[Any]) -> tuple[str, ...]:
    """The keys that the first event carries."""
    first = mapping(next(iter(events), None))
    return keys(first.get("api_key"), first.get("token"), mapping(first.get("properties")).get("token"))


def _item(event: Any, hit: Hit) -> Any:
    if not isinstance(event, dict) or not isinstance(event.get("properties", {}), (dict, type(None))):
        return event
    said = mapping(event.get("properties"))
    name = text(event.get("event"))
    return compact(
        {
            **_call(name, event, said),
            "messageId": message_id(event.get("uuid") or said.get("$insert_id"), name, event.get("timestamp"), said),
            "timestamp": _time(event, said, hit),
            "context": _context(said, hit),
        }
    )


def _call(name: str, event: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    who = _who(name, event, said)
    own = {key: value for key, value in said.items() if value is not None and _is_own(key)}
    if name in {"$identify", "$set"}:
        first = {key: value for key, value in _dict(event, said, "$set_once").items() if value is not None}
        traits = {**first, **_dict(event, said, "$set")}
        return {"type": "identify", **who, "traits": traits}
    if name == "$create_alias":
        return {"type": "alias", **_alias(event, said)}
    if name == "$groupidentify":
        key = text(said.get("$group_key"))
        own = {"type": text(said.get("$group_type"))}
        return {"type": "group", **who, "groupId": key, "traits": _dict(event, said, "$group_set"), "properties": own}
    if name == "$pageview":
        return {"type": "page", **who, "name": text(said.get("title")), "properties": {**_page(said), **own}}
    if name == "$screen":
        return {"type": "screen", **who, "name": text(said.get("$screen_name")), "properties": own}
    return {"type": "track", **who, "event": name, "properties": own}


def _alias(event: dict[str, Any], said: dict[str, Any]) -> dict[str, str]:
    """The user and his other id: with most clients ``alias`` is the other one, with these two the new one."""
    distinct = text(said.get("distinct_id")) or text(event.get("distinct_id"))
    known = text(said.get("alias"))
    if text(said.get("$lib")) in {"posthog-python", "web"}:
        return {"userId": known, "previousId": distinct}
    return {"userId": distinct, "previousId": known}


def _is_own(key: str) -> bool:
    """Whether the customer's developer gave the property, not the tracker itself."""
    return not key.startswith("$") and key not in _NOT_PROPERTIES


def _who(name: str, event: dict[str, Any], said: dict[str, Any]) -> dict[str, str]:
    """Whose event it is: a user's id, or a browser's until the person is identified."""
    distinct = text(event.get("distinct_id") or event.get("$distinct_id") or said.get("distinct_id"))
    group = f"${text(said.get('$group_type'))}_{text(said.get('$group_key'))}"
    is_known = said.get("$is_identified", name == "$identify" or "$user_id" in said or "$device_id" not in said)
    if not is_known or said.get("$process_person_profile") is False or distinct == group:
        return compact({"anonymousId": distinct})
    return compact({"userId": distinct, "anonymousId": text(said.get("$anon_distinct_id"))})


def _dict(event: dict[str, Any], said: dict[str, Any], key: str) -> dict[str, Any]:
    found = {**mapping(said.get(key)), **mapping(event.get(key))}
    return {name: value for name, value in found.items() if _is_own(name)}


def _referrer(said: dict[str, Any]) -> Any:
    return None if said.get("$referrer") == "$direct" else said.get("$referrer")


def _page(said: dict[str, Any]) -> dict[str, Any]:
    return page_of(said.get("$current_url"), title=said.get("title"), referrer=_referrer(said))


def _time(event: dict[str, Any], said: dict[str, Any], hit: Hit) -> str | None:
    """When it happened: told, or as milliseconds before the request."""
    if event.get("timestamp"):
        return time_of(event["timestamp"])
    offset = event.get("offset")
    if isinstance(offset, (int, float)) and not isinstance(offset, bool):
        return time_of(hit.received_at.timestamp() * 1000 - offset)
    return time_of(said.get("$time"))


def _context(said: dict[str, Any], hit: Hit) -> dict[str, Any]:
    known = {
        "library": compact({"name": said.get("$lib"), "version": said.get("$lib_version")}),
        "page": _page(said),
        "campaign": compact({**{key.removeprefix("utm_").replace("campaign", "name"): said.get(key) for key in _UTM},
                             **{key: said.get(key) for key in CLICK_IDS}}),
        "os": compact({"name": said.get("$os"), "version": said.get("$os_version")}),
        "device": compact({"id": said.get("$device_id"), "type": said.get("$device_type")}),
        "screen": compact({"width": said.get("$screen_width"), "height": said.get("$screen_height")}),
        "locale": said.get("$browser_language"),
        "timezone": said.get("$timezone"),
        "userAgent": said.get("$raw_user_agent"),
        "ip": said.get("$ip"),
        "sessionId": said.get("$session_id"),
        "groupId": next(iter(mapping(said.get("$groups")).values()), None),
    }  # fmt: skip
    return context_of(hit, **known)


def _ok(verdicts: Verdicts) -> Answer:
    if drop := all_refused(verdicts):
        return _error(drop.message, drop.reason, 400)
    return answer({"status": "Ok"})


def _error(detail: str, code: str, status: int) -> Answer:
    kind = "authentication_error" if status == 401 else "validation_error" if status < 500 else "server_error"
    said = {"type": kind, "code": code, "detail": detail, "attr": None}
    return answer(said, status=status)


def _refuse(error: OmniloomError) -> Answer:
    return replace(_error(error.message, error.code, error.status), headers=answer({}, error).headers)


_NOTHING_ON: dict[str, Any] = {
    "supportedCompression": ["gzip", "gzip-js"],
    "sessionRecording": False,
    "surveys": False,
    "heatmaps": False,
    "autocapture_opt_out": True,
    "autocaptureExceptions": False,
    "capturePerformance": False,
    "captureDeadClicks": False,
    "elementsChainAsString": True,
    "defaultIdentifiedOnly": True,
    "analytics": {"endpoint": "/e/"},
    "isAuthenticated": False,
    "siteApps": [],
    "siteAppsJS": [],
    "toolbarParams": {},
    "config": {},
    "hasFeatureFlags": False,
}


def _config(hit: Hit) -> Answer:
    return answer({"token": hit.params["key"], **_NOTHING_ON})


def _config_script(hit: Hit) -> Answer:
    """The same for a script tag."""
    said = answer({"config": {"token": hit.params["key"], **_NOTHING_ON}, "siteApps": []}).body
    key = answer(hit.params["key"]).body
    script = b"(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};"
    safe = (script + b"window._POSTHOG_REMOTE_CONFIG[" + key + b"]=" + said + b"})();").replace(b"</", b"<\\/")
    return Answer(body=safe, content_type="application/javascript")


def _flags(_hit: Hit) -> Answer:
    """No feature flags, in the forms of all versions of the call."""
    flags: dict[str, Any] = {
        "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False,
    }  # fmt: skip
    return answer({**_NOTHING_ON, **flags})


DIALECT = Dialect(
    name="posthog",
    title="PostHog",
    docs="https://posthog.com/docs/api/capture",
    routes=(
        *(Route(("POST", "GET"), path, _capture, BODY_BYTES_MAX) for path in ("/e", "/i/v0/e", "/capture", "/batch")),
        Route(("POST", "GET"), "/flags", _flags),
        Route(("POST", "GET"), "/decide", _flags),
        Route(("GET",), "/array/{key}/config", _config),
        Route(("GET",), "/array/{key}/config.js", _config_script),
    ),
    refuse=_refuse,
)
