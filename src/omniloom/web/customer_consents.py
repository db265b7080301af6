"""What one customer agreed to and where they can be reached, with the proof; a panel of the customer's page."""

from functools import partial

from nicegui import ui

from omniloom import messaging, profiles
from omniloom.access import Permission
from omniloom.messaging import voice
from omniloom.profiles import ConsentEntry
from omniloom.web import marks, parts, theme
from omniloom.web.theme import mark
from omniloom.web.view import View

REACH = {
    "reachable": (mark("Reachable"), "good", "check"), "no_address": (mark("No address"), "neutral", "remove"),
    "suppressed": (mark("On the stop list"), "bad", "block"), "no_consent": (mark("No consent"), "warn", "block"),
    "paused": (mark("Asked for silence"), "info", "pause"),
}  # fmt: skip
METHODS = {
    "form": mark("a form"), "till": mark("at the till"), "call": mark("on the phone"), "paper": mark("on paper"),
    "chat": mark("in a chat"), "api": mark("by a program"), "double opt-in": mark("double opt-in"),
    "preference page": mark("the preference page"), "one-click": mark("one click in the mail"),
    "unsubscribe page": mark("the page for leaving"), "complaint": mark("a complaint"),
    "erasure request": mark("a request to be erased"), "loyalty form": mark("the loyalty form"),
}  # fmt: skip
LINES_SHOWN = 3


async def consents_panel(view: View, person_id: int) -> None:
    """Reach by channel, the ledger's newest lines, the proof, and a word to write down."""
    _ = view.translate
    stores = view.platform.stores
    reach = view.shown(await view.run(messaging.reach.reach_of, stores, person_id, now=view.now()))
    lines = view.shown(await view.run(profiles.consent_history, stores, person_id))
    asked = await view.run(profiles.privacy_requests_of, stores, person_id)
    with parts.panel(_("Consents")):
        for one in asked:
            if one.state == "open" and one.kind == "erasure":
                parts.badge(_("Asked to be erased"), "bad", icon="warning")
        for each in reach:
            _channel(view, each)
        if not lines:
            parts.text(_("None given: marketing messages are not sent."), "om-muted")
        for line in lines[:LINES_SHOWN]:
            _line(view, line)
        if len(lines) > LINES_SHOWN:
            with ui.expansion(_("The whole history")).classes("om-expansion"):
                for line in lines[LINES_SHOWN:]:
                    _line(view, line)
        with parts.line():
            if view.may(Permission.CUSTOMERS_PERSONAL):
                parts.quiet(_("Proof"), "picture_as_pdf", on_click=partial(_proof, view, person_id)).props(
                    "data-testid=consent-proof"
                )
            if view.may(Permission.CUSTOMERS_WRITE):
                parts.quiet(_("Write down"), "edit_note", on_click=partial(_word, view, person_id)).props(
                    "data-testid=consent-word"
                )


def _channel(view: View, one: messaging.reach.PersonReach) -> None:
    _ = view.translate
    label, tone, icon = REACH[one.reach]
    with parts.line("om-between om-nowrap"):
        with parts.line("om-nowrap"):
            ui.icon(theme.channel_icon(one.channel)).classes("om-cell-icon")
            with ui.element("div"):
                parts.text(marks.channel_title(view, one.channel))
                parts.text(" · ".join(_about(view, one)), "om-muted")
        parts.badge(_(label), tone, icon=icon)


def _about(view: View, one: messaging.reach.PersonReach) -> list[str]:
    _ = view.translate
    told = [_("verified")] if one.verified_at else []
    if one.closed_because:
        told.append(marks.reason_text(view, one.closed_because))
    if one.reached_at:
        told.append(_("last message {when}").format(when=view.fmt.date(one.reached_at)))
    return told


def _line(view: View, line: ConsentEntry) -> None:
    _ = view.translate
    with ui.element("div").classes("om-decisions"):
        with parts.line("om-between om-nowrap"):
            parts.text(f"{view.fmt.when(line.occurred_at)} · {marks.channel_title(view, line.channel)}", "om-muted")
            parts.badge(_("Given"), "good") if line.is_given else parts.badge(_("Withdrawn"), "bad")
        if line.wording:
            parts.text(f"“{line.wording}”").style("overflow-wrap: anywhere")
        how = [_(METHODS.get(line.method, line.method)), line.wording_version, line.advertiser, line.ip]
        parts.text(" · ".join(part for part in how if part), "om-muted")


async def _proof(view: View, person_id: int) -> None:
    """Hand over the proof as a document in the reader's language."""
    view.require(Permission.CUSTOMERS_PERSONAL)
    proof = await view.run(
        profiles.consent_proof, view.platform.stores, person_id, now=view.now(), language=view.language
    )
    document = await view.run(profiles.proof_pdf, view.platform.stores, proof, language=view.language)
    ui.download.content(document, f"consent-proof-{proof.person_id}.pdf", "application/pdf")


def _word(view: View, person_id: int) -> None:
    """A dialog: what the customer said, in which words, by which means."""
    _ = view.translate
    channels = {key: marks.channel_title(view, key) for key in (*messaging.known_channels(), "*")}
    methods = {key: _(METHODS[key]) for key in voice.METHODS if key != "api"}
    with ui.dialog(value=True) as dialog, parts.panel(_("Write a customer's word down")):
        said = ui.toggle({True: _("Agrees"), False: _("Takes it back")}, value=True).props("no-caps")
        channel = ui.select(channels, value="email", label=_("Channel"))
        method = ui.select(methods, value="call", label=_("Where it was said"))
        wording = ui.textarea(_("Wording, as it was read to them")).props("outlined autogrow")
        evidence = ui.input(_("What shows it: a call's id, a form's number")).props("outlined dense maxlength=300")
        for box in (channel.props("outlined dense"), method.props("outlined dense"), wording, evidence):
            box.classes("w-full")
        wording.bind_visibility_from(said, "value")

        async def save() -> None:
            view.require(Permission.CUSTOMERS_WRITE)
            word = voice.Word(
                channel=str(channel.value), is_given=bool(said.value), method=str(method.value),
                wording=(wording.value or "") if said.value else "",
                evidence={"note": evidence.value} if evidence.value else None,
            )  # fmt: skip
            await view.run(
                voice.take_consent, view.platform.stores, person_id, word, by=view.user.email, now=view.now(),
                ids=view.platform.ids,
            )  # fmt: skip
            messaging.try_flush(view.platform.stores)
            view.platform.wake.set()
            ui.navigate.to(f"/customers/{person_id}")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=save)
