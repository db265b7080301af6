"""Segment: what its clients ask for beside the tracking calls, which have a door of their own (``/v1/*``).

The browser's client reads a settings document first; it names the host for the events, so that only the client's
``cdnURL`` needs to be set. Pixels carry one call in an address.

Source: Segment, HTTP tracking API and "Pixel Tracking API"; analytics.js 2.0, ``loadCDNSettings``.
"""

from typing import Any

from omniloom.collect.dialect import GIF, Answer, Dialect, Hit, Route, Taken, Verdicts, answer
from omniloom.collect.shaping import text
from omniloom.collect.spec_body import CALLS, folded, read_spec
from omniloom.collect.wire import keys, object_of, unbase64


def _settings(hit: Hit) -> Answer:
    """The document that tells the browser's client what to load: nothing but its own sender."""
    key = hit.params["key"]
    host = hit.origin.partition("://")
    prefix = hit.path.partition("/v1/projects/")[0].removesuffix("/cdn")
    sender: dict[str, Any] = {
        "apiKey": key,
        "apiHost": f"{host[2]}{prefix}/v1",
        "protocol": host[0],
        "unbundledIntegrations": [],
        "addBundledMetadata": True,
        "versionSettings": {"componentTypes": ["browser"]},
    }
    plan = {call: {"__default": {"enabled": True, "integrations": {}}} for call in ("track", "identify", "group")}
    return answer(
        {
            "integrations": {"Segment.io": sender},
            "plan": plan,
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
            "autoInstrumentationSettings": {"disableTraffic": True, "sampleRate": 0},
            "consentSettings": None,
        }
    )


def _pixel(hit: Hit) -> Taken | None:
    """One call in an address, for pages and mails that run no script; a GIF is the answer."""
    kind = hit.params["kind"]
    if kind not in CALLS:
        return None
    item = object_of(unbase64(hit.asked("data")))
    key = text(item.get("writeKey"))
    return Taken(keys(key), [folded({**item, "type": CALLS[kind]}, hit)], _picture)


def _picture(_verdicts: Verdicts) -> Answer:
    return Answer(body=GIF, content_type="image/gif", headers={"cache-control": "no-store"})


def _measurements(_hit: Hit) -> Answer:
    """The client's counts of its own working: taken and thrown away."""
    return answer({"success": True})


DIALECT = Dialect(
    name="segment",
    title="Segment",
    docs="https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/",
    routes=(
        Route(("GET",), "/v1/projects/{key}/settings", _settings),
        Route(("GET",), "/cdn/v1/projects/{key}/settings", _settings),
        Route(("GET",), "/v1/pixel/{kind}", _pixel),
        Route(("POST",), "/v1/m", _measurements),
        Route(("POST",), "/v1/{kind}", read_spec, is_rooted=False),
    ),
)
