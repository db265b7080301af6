"""Colours, icons and chart defaults: one place, so that a channel looks the same wherever it appears."""

from typing import Any

PRIMARY = "#2f5bea"
PALETTE = ("#2f5bea", "#12a594", "#f0982d", "#e5547b", "#8b5cf6", "#64748b", "#0ea5e9", "#84a23a")
MUTED = "#8591a5"  # readable on white and on the dark ground
GRID = "rgba(133, 145, 165, 0.18)"

CHANNEL_ICONS = {
    "store": "storefront", "email": "mail", "sms": "sms", "direct_mail": "markunread_mailbox", "web": "language",
    "app": "smartphone", "push": "notifications", "call": "call", "chat": "forum", "messenger": "chat",
    "ad": "ads_click", "courier": "local_shipping", "telegram": "send",
}  # fmt: skip
CHANNEL_COLOURS = {
    "store": PALETTE[0], "email": PALETTE[1], "sms": PALETTE[2], "direct_mail": PALETTE[4], "web": PALETTE[6],
    "app": PALETTE[3], "push": PALETTE[3], "call": PALETTE[7],
}  # fmt: skip
EVENT_ICONS = {
    "Order Completed": "shopping_bag", "Coupon Redeemed": "confirmation_number", "Message Sent": "send",
    "Message Delivered": "done_all", "Message Bounced": "report", "Message Opened": "drafts",
    "Message Clicked": "ads_click", "Unsubscribed": "unsubscribe", "Consent Given": "verified_user",
    "Consent Withdrawn": "gpp_bad", "Segment Entered": "login", "Segment Left": "logout",
    "Product Viewed": "visibility", "Product Added": "add_shopping_cart",
}  # fmt: skip
TYPE_ICONS = {"identify": "badge", "page": "article", "screen": "smartphone", "alias": "link", "group": "groups"}


def channel_icon(channel: str | None) -> str:
    """The icon of a channel; unknown ones get a neutral one."""
    return CHANNEL_ICONS.get(channel or "", "hub")


def channel_colour(channel: str | None) -> str:
    """The colour of a channel, the same in charts and icons."""
    return CHANNEL_COLOURS.get(channel or "", PALETTE[5])


def event_icon(type_: str, name: str) -> str:
    """The icon of an event by its name, else by its type."""
    return EVENT_ICONS.get(name) or TYPE_ICONS.get(type_, "bolt")


def chart(**options: Any) -> dict[str, Any]:
    """ECharts options on our defaults: quiet axes, no decoration, readable on both grounds."""
    font = {"fontFamily": "inherit", "color": MUTED, "fontSize": 12}
    defaults: dict[str, Any] = {
        "color": list(PALETTE), "textStyle": font, "animationDuration": 300,
        "grid": {"left": 8, "right": 8, "top": 24, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "confine": True},
    }  # fmt: skip
    return {**defaults, **options}


def axis(**options: Any) -> dict[str, Any]:
    """A chart's axis on our defaults."""
    defaults: dict[str, Any] = {
        "axisLine": {"show": False}, "axisTick": {"show": False}, "axisLabel": {"color": MUTED},
        "splitLine": {"lineStyle": {"color": GRID}},
    }  # fmt: skip
    return {**defaults, **options}
