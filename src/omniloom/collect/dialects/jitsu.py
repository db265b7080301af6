"""Jitsu: Segment's calls one by one under ``/api/s/``, the key in ``X-Write-Key`` (as ``id`` or ``id:secret``).

Source: Jitsu, HTTP API; @jitsu/js, ``analytics-plugin``.
"""

from omniloom.collect.dialect import Answer, Dialect, Hit, Route, Taken, Unreadable, Verdicts, answer
from omniloom.collect.shaping import instant_of, text
from omniloom.collect.spec_body import CALLS, folded, spec_answer, spec_keys
from omniloom.collect.wire import keys, object_of


def _call(hit: Hit) -> Taken:
    """One call; the path's word is its type, or ``event`` for one that says its type itself."""
    item = object_of(hit.body)
    kind = text(item.get("type")) if hit.params["kind"] == "event" else hit.params["kind"]
    if kind not in CALLS:
        # Any other word is the name of what happened: jitsu.track() of old clients sends to /api/s/<name>.
        item = {"event": hit.params["kind"], **item, "type": "track"}
        kind = "track"
    key = text(item.get("writeKey"))
    # The client hides the secret half of the key in the body; the first half names the source.
    return Taken(keys(*spec_keys(hit), key, key.partition(":")[0]), [folded({**item, "type": CALLS[kind]}, hit)], _ok)


def _batch(hit: Hit) -> Taken:
    body = object_of(hit.body)
    items = body.get("batch")
    if not isinstance(items, list):
        raise Unreadable("batch is missing or no list", hint='send {"batch": [event, …]}', field="batch")
    key = text(body.get("writeKey"))
    return Taken(
        keys(*spec_keys(hit), key, key.partition(":")[0]),
        [folded(item, hit) for item in items],
        _ok,
        sent_at=instant_of(body.get("sentAt")),
    )


def _ok(verdicts: Verdicts) -> Answer:
    said = spec_answer(verdicts)
    return said if said.status != 200 else answer({"ok": True})


DIALECT = Dialect(
    name="jitsu",
    title="Jitsu",
    docs="https://docs.jitsu.com/sending-data/http",
    routes=(
        Route(("POST",), "/api/s/batch", _batch),
        Route(("POST",), "/api/s/s2s/batch", _batch),
        Route(("POST",), "/api/s/{kind}", _call),
        Route(("POST",), "/api/s/s2s/{kind}", _call),
    ),
)
