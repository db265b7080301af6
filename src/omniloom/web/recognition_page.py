"""How customers show who they are: each way on or off, what they get for it, its words; links and codes to print."""

from dataclasses import replace
from typing import Any

from nicegui import ui

from omniloom.access import Permission
from omniloom.messaging import recognition
from omniloom.messaging.recognition import Benefit, Way, WaySettings
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

TITLES = {
    "magic_link": mark("Magic link"), "code": mark("One-time code"), "bot": mark("Bot start link"),
    "qr": mark("QR code"), "card": mark("Card at the till"),
}  # fmt: skip
ABOUTS = {
    "magic_link": mark("A link by e-mail, good once: who opens it is the address's owner."),
    "code": mark("Six digits by e-mail or SMS, typed where they were asked for."),
    "bot": mark("A link to your bot with a token in it: the messenger says who came with it."),
    "qr": mark("A customer's own code for the till, or a shop's code that leads customers to the page."),
    "card": mark("The barcode of a card is read at the till; its check digit is tested."),
}
BENEFIT = (
    ("name", mark("Benefit: its key")), ("text_en", mark("Benefit, in English")),
    ("text_ru", mark("Benefit, in Russian")), ("coupon", mark("Coupon code")),
)  # fmt: skip
WORDS = (("title_en", mark("The page's title in English")), ("title_ru", mark("The page's title in Russian")))
HAS_PAGE = ("magic_link", "code", "qr")


@page(
    "/recognition", permission=Permission.CAMPAIGNS_READ, title=mark("Recognition"), nav=235,
    icon="how_to_reg",
)  # fmt: skip
async def recognition_page(view: View) -> None:
    """A card for each way, then the customers' page and the codes of places."""
    _ = view.translate
    settings = await view.run(recognition.all_way_settings, view.platform.stores)
    with parts.heading(_("Recognition"), _("How customers show who they are, and what they get for it")):
        pass
    with parts.columns(wide=True):
        with parts.stack():
            for key, way in recognition.known_ways().items():
                _way(view, key, way, settings[key])
        with parts.stack():
            _page_link(view)
            _places(view)


def _way(view: View, key: str, way: Way, settings: WaySettings) -> None:
    _ = view.translate
    may_write = view.may(Permission.CAMPAIGNS_WRITE)
    with parts.panel(_(TITLES.get(key, way.title)), _(ABOUTS.get(key, way.about))):
        is_on = ui.switch(_("On"), value=settings.is_on).props(f"data-testid=way-{key}")
        is_on.set_enabled(may_write)
        benefit = settings.benefit or Benefit("")
        with ui.expansion(_("Benefit and words"), value=False).classes("w-full"):
            gives = {name: _box(_(label), getattr(benefit, name)) for name, label in BENEFIT}
            words = {name: _box(_(label), getattr(settings, name)) for name, label in WORDS if key in HAS_PAGE}
            if key == recognition.BOT:
                words["bot_url"] = _box(_("The bot's link, with {token} in it"), settings.bot_url)
        if not may_write:
            return

        async def save() -> None:
            view.require(Permission.CAMPAIGNS_WRITE)
            texts = {name: box.value or "" for name, box in gives.items()}
            changed = replace(
                settings, is_on=bool(is_on.value), benefit=Benefit(**texts) if any(texts.values()) else None,
                **{name: box.value or "" for name, box in words.items()},
            )  # fmt: skip
            await view.run(recognition.save_way, view.platform.stores, key, changed, now=view.now())
            ui.notify(_("Saved"), type="positive")

        with parts.line("om-end"):
            parts.action(_("Save"), "check", on_click=save)


def _box(label: str, value: str) -> Any:
    return ui.input(label, value=value).props("outlined dense").classes("w-full")


def _page_link(view: View) -> None:
    _ = view.translate
    with parts.panel(_("The customers' page"), _("They give an address here, and get a link or a code.")):
        parts.code(f"{view.platform.public_url}/me", copy_label=_("Copy"))
        parts.link(_("Open the page"), f"{view.platform.public_url}/me")


def _places(view: View) -> None:
    _ = view.translate
    with parts.panel(_("QR code of a place"), _("For a window, a till or a shelf: it says where customers came in.")):
        name = ui.input(_("Place")).props("outlined dense maxlength=40 data-testid=place").classes("w-full")
        drawn = ui.column().classes("w-full")

        async def draw() -> None:
            platform = view.platform
            url = recognition.place_url(platform.public_url, platform.secret, name.value or "")
            rows = recognition.qr_rows(url)
            drawn.clear()
            with drawn:
                picture = recognition.svg(rows, quiet=recognition.QR_QUIET, title="QR")
                ui.html(picture, sanitize=False).classes("om-qr").style("width: 15rem; max-width: 100%")
                parts.code(url, copy_label=_("Copy"))
                png = recognition.png(rows, quiet=recognition.QR_QUIET, scale=12)
                parts.quiet("PNG", "download", on_click=lambda: ui.download.content(png, "qr.png"))
                parts.quiet("SVG", "download", on_click=lambda: ui.download.content(picture.encode(), "qr.svg"))

        with parts.line("om-end"):
            parts.action(_("Draw"), "qr_code_2", on_click=draw)
