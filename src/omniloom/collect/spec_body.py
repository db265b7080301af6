"""Reading what speaks Segment's spec already: one call or a batch, as JSON, whatever the content type says."""

from typing import Any

from omniloom.collect.dialect import Answer, Hit, Taken, Unreadable, Verdicts, all_refused, answer
from omniloom.collect.shaping import campaign_of, compact, instant_of, is_from_device, mapping
from omniloom.collect.wire import basic_of, bearer_of, keys, object_of

CALLS = {
    "identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
}  # fmt: skip
BATCHES = ("batch", "b", "import")


def read_spec(hit: Hit) -> Taken | Answer | None:
    """A request in Segment's spec; its kind is the path's ``{kind}``, the key where any client puts it."""
    kind = hit.params["kind"]
    if kind not in CALLS and kind not in BATCHES:
        return None
    body = object_of(hit.body)
    items = _batch(body) if kind in BATCHES else [{**body, "type": CALLS[kind]}]
    return Taken(
        keys=keys(*spec_keys(hit), body.get("writeKey")),
        items=[folded(item, hit) for item in items],
        sent_at=instant_of(body.get("sentAt")) if kind in BATCHES else None,
        context=mapping(body.get("context")) if kind in BATCHES else {},
        is_history=kind == "import",
        answer=spec_answer,
    )


def spec_keys(hit: Hit) -> tuple[str, ...]:
    """Where a client of Segment's spec puts its key, but for the body."""
    header = hit.headers.get("x-write-key", "")
    return keys(basic_of(hit)[0], bearer_of(hit), header, header.partition(":")[0], hit.asked("writeKey"))


def folded(item: Any, hit: Hit) -> Any:
    """The item with what some clients say elsewhere put where the spec has it.

    The name of a page among its properties; the traits of an identify in its context (RudderStack); the click ids in
    the page's address.
    """
    if not isinstance(item, dict):
        return item
    item = dict(item)
    context = dict(item["context"]) if isinstance(item.get("context"), dict) else {}
    properties = mapping(item.get("properties"))
    if item.get("type") in ("page", "screen") and not item.get("name") and isinstance(properties.get("name"), str):
        item["name"] = properties["name"]
    if item.get("type") == "identify" and not item.get("traits") and isinstance(context.get("traits"), dict):
        item["traits"] = context["traits"]
    campaign = {**campaign_of(mapping(context.get("page")).get("url")), **mapping(context.get("campaign"))}
    if campaign and (context.get("campaign") is None or isinstance(context["campaign"], dict)):
        context["campaign"] = campaign
    if is_from_device(hit):
        context = {**compact({"ip": hit.client_ip, "userAgent": hit.headers.get("user-agent")}), **context}
    if context and isinstance(item.get("context", {}), (dict, type(None))):
        item["context"] = context
    return item


def spec_answer(verdicts: Verdicts) -> Answer:
    """Success if anything was taken; a request with nothing but refused items is told why."""
    if drop := all_refused(verdicts):
        said = {"success": False, "error": drop.message, "reason": drop.reason, "field": drop.field}
        return answer(said, status=400)
    return answer({"success": True})


def _batch(body: dict[str, Any]) -> list[Any]:
    items = body.get("batch")
    if not isinstance(items, list):
        raise Unreadable("batch is missing or no list", hint='send {"batch": [event, …]}', field="batch")
    return items
