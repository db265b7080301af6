"""The contact policy's form: how often, and when, anyone may be written to."""

import dataclasses

from nicegui import ui

from omniloom import messaging
from omniloom.access import Permission
from omniloom.web import parts
from omniloom.web.view import View


async def policy_form(view: View) -> None:
    """Caps and quiet hours; they count for the very next message."""
    _ = view.translate
    kept = await view.run(messaging.policy, view.platform.stores)
    may_write = view.may(Permission.SETTINGS_WRITE)
    with parts.columns():
        with parts.panel(_("How often"), _("Over all channels together, for marketing messages")):
            messages = ui.number(_("Messages at most"), value=kept.cap_messages, min=1, precision=0)
            days = ui.number(_("within days"), value=kept.cap_days, min=1, precision=0)
        with parts.panel(_("Quiet hours"), _("In the customer's own time zone; messages wait until they end")):
            with parts.line("om-nowrap"):
                begins = ui.input(_("From"), value=kept.quiet_from).props("type=time")
                ends = ui.input(_("To"), value=kept.quiet_to).props("type=time")
            zone = ui.input(_("Time zone where none is known"), value=kept.default_timezone)
    boxes = (messages, days, begins, ends, zone)
    for box in boxes:
        box.props("outlined dense").classes("w-full").set_enabled(may_write)

    async def save() -> None:
        view.require(Permission.SETTINGS_WRITE)
        changed = dataclasses.replace(
            kept, cap_messages=int(messages.value or 0), cap_days=int(days.value or 0), quiet_from=begins.value or "",
            quiet_to=ends.value or "", default_timezone=zone.value or "",
        )  # fmt: skip
        await view.run(messaging.save_policy, view.platform.stores, changed, now=view.now())
        view.done(_("Saved"))

    if may_write:
        with parts.line("om-end om-top"):
            parts.action(_("Save"), on_click=save)
