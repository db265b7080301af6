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


def channel_icon(channel: str | None) -> str:
    """The icon of a channel; unknown ones get a neutral one."""
    return CHANNEL_ICONS.get(channel or "", "hub")


def channel_colour(channel: str | None) -> str:
    """The colour of a channel, the same in charts and icons."""
    return CHANNEL_COLOURS.get(channel or "", PALETTE[5])


def chart(**options: Any) -> dict[str, Any]:
    """ECharts options on our defaults: quiet axes, no decoration, readable on both grounds."""
    font = {
        "fontFamily": "Inter, system-ui, -apple-system, Segoe UI, Roboto, sans-serif",
        "color": MUTED,
        "fontSize": 12,
    }
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


def mark(text: str) -> str:
    """Marks an English text in a table for the catalogue; it is translated where it is shown."""
    return text


def compact(language: str) -> str:
    """A browser's function that shortens a number: 12000 to 12K. ``language`` is ours, never a visitor's text."""
    locale = "ru-RU" if language == "ru" else "en-US"
    return f"value => new Intl.NumberFormat('{locale}', {{notation: 'compact'}}).format(value)"


def grouped(language: str) -> str:
    """A browser's function that groups a number: 12,000."""
    locale = "ru-RU" if language == "ru" else "en-US"
    return f"value => new Intl.NumberFormat('{locale}', {{maximumFractionDigits: 0}}).format(value)"
