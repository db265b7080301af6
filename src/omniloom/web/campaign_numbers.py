"""A campaign in numbers: every person of its audience in exactly one place, and what adds up to what."""

from dataclasses import dataclass

from nicegui import ui

from omniloom.messaging import Tally
from omniloom.web import marks, parts, theme
from omniloom.web.theme import mark
from omniloom.web.view import View


@dataclass(frozen=True, slots=True)
class Part:
    """So many people in one place. ``state`` is the state of their messages, for the list of recipients."""

    title: str
    people: int
    tone: str
    state: str
    reason: str = ""


def parts_of(tally: Tally) -> list[Part]:
    """The places people of a mailing are in; they add up to everyone planned."""
    found = [
        Part(mark("Sent"), tally.accepted, "good", "accepted"),
        Part(mark("Waiting"), tally.open, "info", "planned"),
        Part(mark("Refused by the provider"), tally.rejected, "bad", "rejected"),
        Part(mark("On the stop list"), tally.suppressed, "warn", "suppressed"),
        Part(mark("Outcome unknown, not sent again"), tally.unknown, "warn", "unknown"),
    ]
    skipped = sorted(tally.skipped.items(), key=lambda item: -item[1])
    found += [Part(mark("Not sent"), n, "neutral", "skipped", reason) for reason, n in skipped]
    return [part for part in found if part.people or part.state == "accepted"]


def progress_bar(view: View, tally: Tally) -> None:
    """Everyone as one bar, a colour for each place."""
    total = tally.planned
    with ui.element("div").classes("om-progress") as bar:
        bar.props["role"] = "img"
        bar.props["aria-label"] = f"{tally.accepted} / {total}"
        for part in parts_of(tally):
            if total and part.people:
                width = f"width: {part.people / total * 100:.2f}%"
                ui.element("div").classes(f"om-fill-{part.tone}").style(width).tooltip(
                    f"{view._(part.title)}: {view.fmt.number(part.people)}"
                )


def numbers_table(view: View, tally: Tally, *, audience: int, unplanned: int) -> None:
    """People by final state and reason, and the line that says they add up to the segment."""
    _, fmt = view.translate, view.fmt
    found = parts_of(tally)
    if unplanned:
        found.append(Part(mark("Not planned yet"), unplanned, "neutral", ""))
    with ui.element("table").classes("om-sheet"), ui.element("tbody"):
        for part in found:
            with ui.element("tr"):
                with ui.element("td"), parts.line("om-nowrap"):
                    ui.element("span").classes(f"om-dot om-fill-{part.tone}")
                    why = marks.reason_text(view, part.reason) if part.reason else ""
                    parts.text(f"{_(part.title)}: {why}" if why else _(part.title))
                parts.text(fmt.number(part.people), "om-right om-num om-strong", tag="td")
                share = part.people / audience if audience else None
                parts.text(fmt.percent(share, 1), "om-right om-num om-muted", tag="td")
    total = sum(part.people for part in found)
    is_whole = total == audience
    with ui.element("div").classes("om-check" + ("" if is_whole else " om-uneven")) as line:
        line.props["data-testid"] = "campaign-sum"
        ui.icon("check_circle" if is_whole else "hourglass_empty")
        text = _("Sums to the segment: {total} of {audience} {sign}")
        parts.text(text.format(total=fmt.number(total), audience=fmt.number(audience), sign="✓" if is_whole else "…"))


def channels_chart(view: View, tally: Tally) -> None:
    """Sent messages by channel."""
    if not tally.by_channel:
        parts.text(view._("Nothing has been sent yet."), "om-muted")
        return
    most = max(tally.by_channel.values())
    for channel, n in sorted(tally.by_channel.items(), key=lambda item: -item[1]):
        with ui.element("div").classes("om-channel-row"):
            with ui.element("div").classes("om-channel-name"):
                marks.channel(view, channel)
            with ui.element("div").classes("om-share-track om-grow"):
                colour = theme.channel_colour(channel)
                ui.element("div").classes("om-share-fill").style(f"width: {n / most * 100:.1f}%; background: {colour}")
            parts.text(view.fmt.number(n), "om-num om-strong")
