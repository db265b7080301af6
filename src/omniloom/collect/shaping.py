"""Shared pieces of an item in Segment's shape: page, campaign, device, times, ids, and standard names.

Source: Segment spec, common fields and e-commerce events.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from omniloom.collect.dialect import Hit
from omniloom.core.clock import EPOCH
from omniloom.core.ids import digest

# Campaign parameters in addresses -> the field of context.campaign (Segment's, then Matomo's own two prefixes).
_CAMPAIGN = {"campaign": "name", "source": "source", "medium": "medium", "term": "term", "content": "content",
             "id": "id", "kwd": "term", "keyword": "term", "cid": "id"}  # fmt: skip
_PREFIXES = ("utm_", "mtm_", "pk_", "matomo_", "piwik_")
CLICK_IDS = (
    "yclid", "ysclid", "gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid", "vkclid",
    "rb_clickid", "li_fat_id", "erid",
)  # fmt: skip
# Places of a device that wrote a request itself; a server's own address and name say nothing about the customer.
_DEVICES = re.compile(r"mozilla/|okhttp|cfnetwork|dalvik|alamofire|darwin/", re.IGNORECASE)
_LETTERS = re.compile(r"[^a-z0-9]")

# What shops call the steps of buying, letters only -> Segment's name (GA4, Snowplow, Universal Analytics).
STANDARD_NAMES = {
    "viewitem": "Product Viewed", "productview": "Product Viewed", "detail": "Product Viewed",
    "viewitemlist": "Product List Viewed", "listview": "Product List Viewed",
    "selectitem": "Product Clicked", "listclick": "Product Clicked",
    "addtocart": "Product Added", "addtobasket": "Product Added",
    "removefromcart": "Product Removed", "removefrombasket": "Product Removed",
    "addtowishlist": "Product Added to Wishlist", "viewcart": "Cart Viewed",
    "begincheckout": "Checkout Started", "checkoutstep": "Checkout Step Viewed",
    "addshippinginfo": "Checkout Step Completed", "addpaymentinfo": "Payment Info Entered",
    "purchase": "Order Completed", "ecommercepurchase": "Order Completed", "transaction": "Order Completed",
    "refund": "Order Refunded", "purchaserefund": "Order Refunded", "transactionerror": "Payment Failed",
    "viewpromotion": "Promotion Viewed", "promoview": "Promotion Viewed",
    "selectpromotion": "Promotion Clicked", "promoclick": "Promotion Clicked",
    "search": "Products Searched", "viewsearchresults": "Products Searched", "sitesearch": "Products Searched",
    "share": "Product Shared", "login": "Signed In", "signup": "Signed Up",
}  # fmt: skip


def standard_name(name: str) -> str:
    """Segment's name of a step of buying that another tracker calls ``name``, or the name as it is."""
    return STANDARD_NAMES.get(_LETTERS.sub("", name.lower()), name)


def compact(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", {}, [])}


def text(value: Any) -> str:
    """A scalar as text; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def number(value: Any) -> float | int | None:
    """A number, also one that came as text; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        found = float(value) if isinstance(value, str) and len(value) < 40 else None
    except ValueError:
        return None
    return int(found) if found is not None and abs(found) < 1e15 and found == int(found) else found


def page_of(url: Any, *, title: Any = None, referrer: Any = None) -> dict[str, Any]:
    """Segment's page: url, path, search, title, referrer, as far as known."""
    address = text(url)
    try:
        parts = urlsplit(address)
        path, search = parts.path, f"?{parts.query}" if parts.query else ""
    except ValueError:
        path = search = ""
    return compact({"url": address, "path": path, "search": search, "title": title, "referrer": referrer})


def campaign_of(url: Any = "", given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Segment's campaign from an address' parameters, or from parameters given; click ids stay under their names."""
    found: dict[str, Any] = {}
    for name, value in [*_parameters(text(url)), *(given or {}).items()]:
        key = name.lower()
        prefix = next((one for one in _PREFIXES if key.startswith(one)), "")
        if not (said := text(value)):
            continue
        if key in CLICK_IDS:
            found[key] = said
        elif prefix:
            found[_CAMPAIGN.get(key.removeprefix(prefix), key.removeprefix(prefix))] = said
    return found


def _parameters(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, max_num_fields=200)
    except ValueError:
        return []


def context_of(hit: Hit, **known: Any) -> dict[str, Any]:
    """Segment's context: what the tracker says of page, campaign, device, …, and the device's address and browser.

    The page's address gives the campaign if the tracker does not.
    """
    context = compact(known)
    page = mapping(context.get("page"))
    if found := {**campaign_of(page.get("url")), **mapping(context.get("campaign"))}:
        context["campaign"] = found
    if is_from_device(hit):
        context.setdefault("ip", hit.client_ip)
        context.setdefault("userAgent", hit.headers.get("user-agent", ""))
    return compact(context)


def is_from_device(hit: Hit) -> bool:
    """Whether the customer's own device sent the request, not a server on his behalf."""
    return bool(hit.headers.get("origin")) or _DEVICES.search(hit.headers.get("user-agent", "")) is not None


def time_of(value: Any) -> str | None:
    """An instant as ISO text: of seconds, milliseconds or microseconds since 1970, or of text as it is.

    What is no instant comes back as text, so that the item is refused for it; None for nothing.
    """
    if value is None or value == "":
        return None
    count = number(value)
    if count is None:
        return value if isinstance(value, str) else str(value)[:100]
    unit = 1 if abs(count) < 1e11 else 1_000 if abs(count) < 1e14 else 1_000_000
    try:
        at = EPOCH + timedelta(microseconds=round(count * 1_000_000 / unit))
    except (OverflowError, ValueError):
        return str(value)[:100]
    return at.isoformat(timespec="microseconds")


def instant_of(value: Any) -> datetime | None:
    """The instant that ``time_of`` reads, if it is one."""
    try:
        at = datetime.fromisoformat(time_of(value) or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def message_id(given: Any, *parts: Any) -> str | None:
    """The tracker's own id; else a name of what is said, so that a retry is known; None if nothing tells it apart.

    Ids that are too long for a message id are named by their digest.
    """
    own = text(given)
    if own:
        return own if len(own) <= 100 else digest("dialect", own.encode("utf-8", "surrogatepass"))
    if not parts or any(part is None or part == "" for part in parts):
        return None
    return digest("dialect", *(canonical(part) for part in parts))


def canonical(value: Any) -> bytes:
    """The value as bytes that do not depend on the order of its keys."""
    try:
        return msgspec.json.encode(value, order="deterministic")
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return repr(value).encode("utf-8", "surrogatepass")


def renamed(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields that say something, under Segment's names where it has one."""
    return compact({names.get(name, name): value for name, value in fields.items()})


def product_event(name: str, properties: dict[str, Any], products: list[Any]) -> dict[str, Any]:
    """Properties with the products as Segment has them: flat for an event about one product, else a list."""
    is_about_one = name in _ABOUT_ONE and len(products) == 1 and isinstance(products[0], dict)
    if is_about_one:
        return {**products[0], **properties}
    return {**properties, "products": products} if products else properties


_ABOUT_ONE = (
    "Product Viewed", "Product Clicked", "Product Added", "Product Removed", "Product Added to Wishlist",
    "Product Shared",
)  # fmt: skip
