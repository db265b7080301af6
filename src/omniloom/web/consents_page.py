"""Who can be reached and why not; the texts people agree to; what they may choose; what they ask about their data."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from omniloom import messaging, profiles
from omniloom.access import Permission
from omniloom.profiles import Topic, Wording
from omniloom.web import marks, parts, theme
from omniloom.web.counting import being_counted, counted_at
from omniloom.web.page import page
from omniloom.web.privacy_page import requests_table
from omniloom.web.theme import mark
from omniloom.web.view import View

# What becomes of everybody, in the order of the bars, with its colour.
SHARES = (
    ("reachable", mark("Reachable"), theme.PALETTE[1]), ("paused", mark("Asked for silence"), theme.PALETTE[6]),
    ("no_consent", mark("No consent"), theme.PALETTE[2]), ("suppressed", mark("On the stop list"), theme.PALETTE[3]),
    ("no_address", mark("No address"), "#c3cbd9"),
)  # fmt: skip


@page("/consents", permission=Permission.CUSTOMERS_READ, title=mark("Consents"), nav=230, icon="verified_user")
async def consents_page(view: View, tab: str = "reach") -> None:
    """One tab for each concern."""
    _ = view.translate
    tabs: dict[str, tuple[str, Callable[[View], Any]]] = {
        "reach": (_("Who can be reached"), _reach),
        "wordings": (_("Wordings"), _wordings),
        "topics": (_("Topics"), _topics),
        "requests": (_("Requests"), requests_table),
    }
    with parts.heading(_("Consents"), _("What customers agreed to, and what they wish")):
        pass
    with ui.tabs().props("no-caps align=left dense").classes("om-tabs") as bar:
        for key, (label, _build) in tabs.items():
            ui.tab(key, label)
    with ui.tab_panels(bar, value=tab if tab in tabs else "reach").classes("w-full"):
        for key, (_label, build) in tabs.items():
            with ui.tab_panel(key):
                await build(view)


async def _reach(view: View) -> None:
    _ = view.translate
    count = await view.run(messaging.reach_count.latest, view.platform.stores)
    if count is None:
        with parts.panel():
            parts.empty("hourglass_top", _("Being counted"), being_counted(view))
        return
    if not any(one.people for one in count.channels):
        told = _("Customers appear with their first event.")
        with parts.panel(), parts.empty("verified_user", _("Nobody is known yet"), told):
            if view.may(Permission.SOURCES_READ):
                parts.action(_("Connect a source"), "sensors", href="/sources")
        return
    subtitle = f"{_('The first thing that is missing counts')}. {counted_at(view, count.counted_at)}."
    with parts.stack():
        with parts.panel(_("Everybody, by channel"), subtitle):
            ui.echart(reach_chart(view, count.channels)).classes("om-chart om-chart-low")
        with parts.panel(classes="om-flush"):
            heads = [_("Channel"), _("Reachable"), _("of all"), _("With address"), _("Verified"), _("Agreed"),
                     _("On the stop list"), _("Got a message")]  # fmt: skip
            with parts.sheet(heads, numeric=7):
                for one in count.channels:
                    _reach_row(view, one)


def _reach_row(view: View, one: messaging.reach.ChannelReach) -> None:
    number = view.fmt.number
    with ui.element("tr"):
        with ui.element("td"):
            marks.channel(view, one.channel)
        parts.text(number(one.reachable), "om-right om-strong", tag="td")
        parts.text(view.fmt.percent(one.reachable / one.people, 1), "om-right", tag="td")
        for count in (one.addressed, one.verified, one.agreed, one.closed, one.reached):
            parts.text(number(count), "om-right", tag="td")


def reach_chart(view: View, found: list[messaging.reach.ChannelReach]) -> dict[str, Any]:
    """Everybody as one bar a channel, parted by what is missing."""
    _ = view.translate
    titles = [marks.channel_title(view, one.channel) for one in found]
    series = [
        {"name": _(title), "type": "bar", "stack": "all", "barMaxWidth": 34, "color": colour,
         "data": [getattr(one, key) for one in found]}
        for key, title, colour in SHARES
    ]  # fmt: skip
    return theme.chart(
        tooltip={"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True,
                 ":valueFormatter": theme.grouped(view.language)},
        legend={"bottom": 0, "type": "scroll", "textStyle": {"color": theme.MUTED}},
        grid={"left": 8, "right": 24, "top": 8, "bottom": 36, "containLabel": True},
        xAxis=theme.axis(type="value", axisLabel={"color": theme.MUTED, ":formatter": theme.compact(view.language)}),
        yAxis=theme.axis(type="category", data=titles, inverse=True),
        series=series,
    )  # fmt: skip


async def _wordings(view: View) -> None:
    _ = view.translate
    known = await view.run(profiles.wordings, view.platform.stores)
    with parts.columns(wide=True):
        with parts.stack():
            if not known:
                explanation = _(
                    "Register the texts of your forms: a consent then names its version, and the proof too."
                )
                with parts.panel():
                    parts.empty("description", _("No texts yet"), explanation)
            for one in known:
                _wording(view, one)
        if view.may(Permission.CAMPAIGNS_WRITE):
            _new_wording(view)


def _wording(view: View, one: Wording) -> None:
    _ = view.translate
    with parts.panel():
        with parts.line("om-between"):
            parts.text(one.label, "om-panel-title", tag="h2")
            parts.text(view.fmt.date(one.created_at), "om-muted")
        parts.text(one.text).style("white-space: pre-wrap; overflow-wrap: anywhere")
        parts.text(f"SHA-256 {one.hash}", "om-muted om-num").style("overflow-wrap: anywhere")


def _new_wording(view: View) -> None:
    _ = view.translate
    with parts.panel(_("New text"), _("A name that is taken gets a new version; old versions stay.")):
        name = ui.input(_("Name")).props("outlined dense maxlength=60 hint=newsletter data-testid=wording-name")
        language = ui.select({"ru": "Русский", "en": "English"}, value=view.language, label=_("Language"))
        text = ui.textarea(_("Text as people read it")).props("outlined autogrow data-testid=wording-text")
        for box in (name, language.props("outlined dense"), text):
            box.classes("w-full")

        async def add() -> None:
            view.require(Permission.CAMPAIGNS_WRITE)
            await view.run(
                profiles.add_wording, view.platform.stores, name=name.value or "", text=text.value or "",
                language=str(language.value), now=view.now(), by=view.user.email,
            )  # fmt: skip
            ui.navigate.to("/consents?tab=wordings")

        parts.action(_("Add"), "add", on_click=add)


async def _topics(view: View) -> None:
    _ = view.translate
    known = await view.run(profiles.topics, view.platform.stores)
    may_write = view.may(Permission.CAMPAIGNS_WRITE)
    with parts.columns(wide=True):
        with parts.panel(classes="om-flush" if known else ""):
            if not known:
                explanation = _(
                    "Customers choose on their own page what they want to read about; templates name a topic."
                )
                parts.empty("sell", _("No topics yet"), explanation)
            else:
                with parts.sheet([_("Key"), _("In English"), _("In Russian"), _("Offered"), ""]):
                    for topic in known:
                        _topic(view, topic, may_write=may_write)
        if may_write:
            with parts.panel(_("New topic")):
                _topic_form(view, Topic("", "", "", place=len(known) + 1))


def _topic(view: View, topic: Topic, *, may_write: bool) -> None:
    _ = view.translate
    with ui.element("tr"):
        parts.text(topic.topic, "om-strong", tag="td")
        for title, about in ((topic.title_en, topic.about_en), (topic.title_ru, topic.about_ru)):
            with ui.element("td"):
                parts.text(title)
                parts.text(about, "om-muted")
        with ui.element("td"):
            parts.badge(_("Offered"), "good") if topic.is_offered else parts.badge(_("Not offered"), "neutral")
        with ui.element("td").classes("om-right"):
            if may_write:
                parts.icon_button("edit", _("Change"), on_click=lambda: _change_topic(view, topic))


def _change_topic(view: View, topic: Topic) -> None:
    with ui.dialog(value=True), parts.panel(topic.title(view.language)):
        _topic_form(view, topic)


def _topic_form(view: View, topic: Topic) -> None:
    _ = view.translate
    key = ui.input(_("Key"), value=topic.topic).props("outlined dense maxlength=40 hint=new-arrivals")
    key.set_enabled(not topic.topic)
    titles = {
        name: ui.input(label, value=getattr(topic, name)).props("outlined dense")
        for name, label in (
            ("title_en", _("Title in English")), ("about_en", _("About it, in English")),
            ("title_ru", _("Title in Russian")), ("about_ru", _("About it, in Russian")),
        )
    }  # fmt: skip
    place = ui.number(_("Place"), value=topic.place, precision=0).props("outlined dense")
    offered = ui.switch(_("Offered"), value=topic.is_offered)
    for box in (key, *titles.values(), place):
        box.classes("w-full")

    async def save() -> None:
        view.require(Permission.CAMPAIGNS_WRITE)
        texts = {name: box.value or "" for name, box in titles.items()}
        wanted = Topic(key.value or "", place=int(place.value or 0), is_offered=bool(offered.value), **texts)
        await view.run(profiles.save_topic, view.platform.stores, wanted, now=view.now())
        ui.navigate.to("/consents?tab=topics")

    with parts.line("om-end"):
        parts.action(_("Save"), "check", on_click=save)
