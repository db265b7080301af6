"""RudderStack: Segment's spec with a source configuration of its own, which its clients read before they send.

Its servers' clients label gzip JSON as a form; its browser's client puts a person's traits into the context.

Source: RudderStack, HTTP API; @rudderstack/analytics-js, ``ConfigManager``.
"""

from omniloom.collect.dialect import Answer, Dialect, Hit, Route, answer
from omniloom.collect.spec_body import read_spec, spec_keys

_EPOCH_TEXT = "2026-01-01T00:00:00.000Z"  # the configuration never changes


def _source_config(hit: Hit) -> Answer:
    """A source without destinations: the client sends everything to us, and loads nothing else."""
    key = next(iter(spec_keys(hit)), "")
    source = {
        "id": key,
        "name": "omniloom",
        "writeKey": key,
        "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
        "enabled": True,
        "workspaceId": "omniloom",
        "destinations": [],
        "connections": [],
        "dataplanes": {},
        "updatedAt": _EPOCH_TEXT,
    }
    return answer({"source": source, "updatedAt": _EPOCH_TEXT, "consentManagementMetadata": {}})


DIALECT = Dialect(
    name="rudderstack",
    title="RudderStack",
    docs="https://www.rudderstack.com/docs/api/http-api/",
    routes=(
        Route(("GET",), "/sourceConfig", _source_config),
        Route(("POST",), "/beacon/v1/{kind}", read_spec),
        Route(("POST",), "/v1/{kind}", read_spec, is_rooted=False),
    ),
)
