"""A message as its reader will see it. Mail stands in a frame that runs no scripts and belongs to no origin."""

from nicegui import ui

from omniloom.messaging import Preview
from omniloom.web import parts
from omniloom.web.counting import counted
from omniloom.web.view import View

_PAGE = """<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"
content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><style>
body { font: 15px/1.55 system-ui, sans-serif; color: #172033; margin: 18px; overflow-wrap: anywhere }
a { color: #2f5bea } img { max-width: 100% }</style>"""


def show_message(view: View, shown: Preview) -> None:
    """The message, what it lacks, or why there is none."""
    _ = view.translate
    if shown.failure:
        with ui.element("div").classes("om-problem"):
            ui.icon("error_outline")
            parts.text(_("This customer would get no message: {reason}").format(reason=shown.failure))
        return
    if shown.length is None:
        _mail(view, shown)
    else:
        _sms(view, shown)
    if shown.missing:
        with parts.line():
            parts.text(_("Not known of this customer:"), "om-muted")
            for name in shown.missing:
                parts.badge(name, "warn")


def _mail(view: View, shown: Preview) -> None:
    with ui.element("div").classes("om-mail-head"):
        parts.text(shown.subject or view._("(no subject)"), "om-mail-subject").props("data-testid=preview-subject")
        parts.text(view._("to {address}").format(address=shown.address or "–"), "om-muted")
    frame = ui.element("iframe").classes("om-frame")
    frame.props["sandbox"] = ""
    frame.props["srcdoc"] = _PAGE + shown.html
    frame.props["title"] = view._("Preview")
    frame.props["referrerpolicy"] = "no-referrer"


def _sms(view: View, shown: Preview) -> None:
    with ui.element("div").classes("om-phone"):
        parts.text(shown.text, "om-bubble").props("data-testid=preview-text")
    if shown.length is not None:
        alphabet = view._("Latin alphabet") if shown.length.is_gsm else view._("Unicode")
        count = counted(view, "{n} character|{n} characters", shown.length.units)
        pieces = counted(view, "{n} SMS part|{n} SMS parts", shown.length.segments)
        note = f"{count} · {pieces} · {alphabet}"
        parts.text(f"{note} · {view._('to {address}').format(address=shown.address or '–')}", "om-muted")
