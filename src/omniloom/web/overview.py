"""Overview."""

from omniloom.access import Permission
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.view import View


@page("/", permission=Permission.OVERVIEW_READ, title="Overview", nav=100, icon="insights")
async def overview(view: View) -> None:
    """How things stand."""
    _ = view.translate
    with parts.heading(_("Overview")):
        parts.action(_("Import"), "upload", href="/imports")
    parts.figures(
        [(_("Customers"), view.fmt.number(2469), ""), (_("Revenue"), view.fmt.money_short(459603958, "USD"), "")]
    )
    with parts.panel(), parts.empty("insights", _("Nothing here yet"), _("Import data first.")):
        parts.action(_("Import"), "upload", href="/imports")
