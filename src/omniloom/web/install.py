"""What to put on a site and into an ad: the web tracker's snippet, a campaign's pixel. Parts of the page Sources."""

from nicegui import ui

from omniloom import collect, messaging
from omniloom.collect import Source
from omniloom.core.errors import Invalid
from omniloom.messaging import Ad, Site
from omniloom.web import parts
from omniloom.web.view import View

CONSENT = {"consent": "required"}


def trackers(view: View, live: list[Source]) -> None:
    """Both parts side by side, if there is a web site to put them on."""
    websites = [source for source in live if source.kind == "website"]
    if websites:
        with parts.columns(wide=True):
            _tracker(view, websites)
            _pixel(view, websites)


def _tracker(view: View, websites: list[Source]) -> None:
    _ = view.translate
    with parts.panel(_("Follow a web site"), _("Paste this into every page of the site, before </head>.")):
        choice = _source_choice(view, websites)
        asks = ui.switch(_("Ask visitors first")).props("data-testid=tracker-consent")
        parts.text(_("Then nothing is stored or sent before the site calls omniloom.consent(true)."), "om-muted")

        @ui.refreshable
        def shown() -> None:
            source = next(source for source in websites if source.source_id == choice.value)
            options = CONSENT if asks.value else {}
            with ui.element("div").props("data-testid=tracker-snippet"):
                text = collect.snippet(source, url=view.platform.public_url, options=options)
                parts.code(text, copy_label=_("Copy"))

        shown()
        choice.on_value_change(shown.refresh)
        asks.on_value_change(shown.refresh)
        parts.text(_("Page views, campaigns and click ids come by themselves; a shop tells the rest:"), "om-muted")
        parts.code(
            'omniloom.product({product_id: "T-1", price: 9.5})\nomniloom.cart("add", {product_id: "T-1"})\n'
            'omniloom.order({order_id: "A-1", revenue: 9.5})',
            copy_label=_("Copy"),
        )


def _pixel(view: View, websites: list[Source]) -> None:
    _ = view.translate
    with parts.panel(_("Count who saw an ad"), _("A picture of one pixel for a banner or an article elsewhere.")):
        choice = _source_choice(view, websites)
        campaign = ui.input(_("Campaign: its id or utm_campaign")).props("outlined dense data-testid=pixel-campaign")
        system = ui.input(_("What shows the ad, as in utm_source")).props("outlined dense data-testid=pixel-system")
        erid = ui.input(_("Token of the advertising register (erid)")).props("outlined dense data-testid=pixel-erid")

        @ui.refreshable
        def shown() -> None:
            if not (campaign.value or "").strip():
                parts.text(_("Name the campaign, and the address of its pixel appears here."), "om-muted")
                return
            ad = Ad(choice.value, campaign.value, system.value or "", erid.value or "")
            try:
                url = messaging.ad_url(Site(view.platform.public_url, view.platform.secret), ad)
            except Invalid as error:
                parts.badge(f"{error.message}: {error.hint}", "bad")
                return
            with ui.element("div").props("data-testid=pixel-url"):
                parts.code(url, copy_label=_("Copy"))

        shown()
        for field in (choice, campaign, system, erid):
            field.classes("w-full")
            field.on_value_change(shown.refresh)
        parts.text(
            _("Its address is signed: nobody can count for another campaign. It works without scripts."), "om-muted"
        )


def _source_choice(view: View, websites: list[Source]) -> ui.select:
    choice = ui.select(
        {source.source_id: source.name for source in websites}, value=websites[0].source_id, label=view._("Source")
    )
    return choice.props("outlined dense").classes("w-full")
