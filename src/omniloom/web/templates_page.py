"""Templates: the messages that campaigns send."""

from nicegui import ui

from omniloom import messaging
from omniloom.access import Permission
from omniloom.messaging import Template
from omniloom.web import marks, parts
from omniloom.web.page import page
from omniloom.web.styled import styled
from omniloom.web.theme import mark
from omniloom.web.view import View

START_CHARS = 140


@page("/templates", permission=Permission.CAMPAIGNS_READ, title=mark("Templates"), nav=320, icon="draw")
async def templates_page(view: View) -> None:
    """The list."""
    _ = view.translate
    styled()
    known = await view.run(messaging.templates, view.platform.stores)
    with parts.heading(_("Templates"), _("Messages with the customer's own words in them")):
        if view.may(Permission.CAMPAIGNS_WRITE):
            _new_buttons(view)
    if not known:
        explanation = _("Write an e-mail or an SMS once; every customer gets it with their own name and facts.")
        with parts.panel(), parts.empty("draw", _("No templates yet"), explanation):
            if view.may(Permission.CAMPAIGNS_WRITE):
                parts.action(_("Write the first e-mail"), "mail", href="/templates/new?channel=email")
        return
    with parts.panel(classes="om-flush"), parts.sheet([_("Template"), _("Channel"), _("Begins with"), _("Changed")]):
        for found in known:
            _row(view, found)


def _new_buttons(view: View) -> None:
    _ = view.translate
    for key in messaging.known_channels():
        title = _("New {channel}").format(channel=marks.channel_title(view, key))
        button = parts.action if key == "email" else parts.quiet
        button(title, "add", href=f"/templates/new?channel={key}").props(f"data-testid=template-new-{key}")


def _row(view: View, found: Template) -> None:
    with ui.element("tr"):
        with ui.element("td"):
            parts.link(found.name, f"/templates/{found.template_id}", "om-strong")
        with ui.element("td"):
            marks.channel(view, found.channel)
        begins = found.subject or " ".join(found.body.split())
        parts.text(begins[:START_CHARS], "om-muted om-wide-cell", tag="td")
        parts.text(view.fmt.ago(found.updated_at, view.now()), "om-muted", tag="td")
