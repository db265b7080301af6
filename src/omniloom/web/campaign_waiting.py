"""What holds a running campaign up: a provider that does not answer, when it is tried again, and where to look."""

from collections.abc import Sequence

from nicegui import ui

from omniloom.access import Permission
from omniloom.messaging import Waiting
from omniloom.web import marks, parts
from omniloom.web.view import View


def waiting_banner(view: View, waits: Sequence[Waiting]) -> None:
    """One banner with a line for each channel; nothing while nobody waits."""
    if not waits:
        return
    _ = view.translate
    with ui.element("div").classes("om-held-up").props("role=status data-testid=campaign-waiting"):
        ui.icon("cloud_off")
        with ui.element("div"):
            for channel in dict.fromkeys(wait.channel for wait in waits):
                parts.text(line_of(view, [wait for wait in waits if wait.channel == channel]))
        if view.may(Permission.SETTINGS_READ):
            parts.link(_("Check it in Settings → Channels"), "/settings?tab=channels")


def line_of(view: View, waits: Sequence[Waiting]) -> str:
    """One channel in words: what most of its messages met, how many wait, when the first goes again."""
    _, reason = view.translate, waits[0].reason
    met = (
        _("{channel}: the server asks to try later ({reason}).")
        if reason[:3].isdigit()  # a reply's code; silence has none
        else _("{channel}: the server does not answer ({reason}).")
    )
    text = met.format(channel=marks.channel_title(view, waits[0].channel), reason=reason)
    return (
        text
        + " "
        + _("Messages that wait: {n}. Next try at {time}.").format(
            n=view.fmt.number(sum(wait.sends for wait in waits)),
            time=view.fmt.time(min(wait.next_at for wait in waits)),
        )
    )
