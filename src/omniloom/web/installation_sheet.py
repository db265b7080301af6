"""The installation's own settings: their values, where each comes from, and what it means."""

from nicegui import ui

from omniloom.web import parts
from omniloom.web.view import View


async def installation_sheet(view: View) -> None:
    """What the installation's files and environment set; they are changed there, not here."""
    _ = view.translate
    with parts.panel(classes="om-flush"), parts.sheet([_("Setting"), _("Value"), _("Origin"), _("Meaning")]):
        for value in view.platform.settings.values:
            with ui.element("tr"):
                parts.text(f"{value.room}.{value.field}", "om-mono", tag="td")
                parts.text("•••" if value.secret and value.value else str(value.value) or "–", "om-mono", tag="td")
                parts.text(origin_text(view, value.origin), "om-muted", tag="td")
                parts.text(_(value.help), "om-muted", tag="td")


def origin_text(view: View, origin: str) -> str:
    """Where a value comes from; a file is called by its name."""
    _ = view.translate
    kind, _space, name = origin.partition(" ")
    if kind == "environment":
        return _("environment {name}").format(name=name)
    return {"default": _("default"), "flag": _("command line")}.get(origin, origin)
