"""The few building blocks all pages are made of, so that they look and behave alike."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nicegui import ui

from omniloom.web.theme import mark

if TYPE_CHECKING:
    from omniloom.web.view import View

Click = Callable[..., Any]
_CANCEL, _CLOSE, _UNDO = mark("Cancel"), mark("Close"), mark("Undo")


@contextmanager
def heading(title: str, subtitle: str = "") -> Iterator[None]:
    """The page's title; what is built inside stands at the right, where the page's actions belong."""
    with ui.element("div").classes("om-heading"):
        with ui.element("div").classes("om-heading-text"):
            text(title, "om-title", tag="h1")
            if subtitle:
                text(subtitle, "om-subtitle")
        with ui.element("div").classes("om-actions"):
            yield


@contextmanager
def panel(title: str = "", subtitle: str = "", *, classes: str = "") -> Iterator[ui.element]:
    """A card with an optional title."""
    with ui.element("section").classes(f"om-panel {classes}") as card:
        if title:
            with ui.element("div").classes("om-panel-head"):
                text(title, "om-panel-title", tag="h2")
                if subtitle:
                    text(subtitle, "om-subtitle")
        yield card


@contextmanager
def columns(*, wide: bool = False, classes: str = "") -> Iterator[None]:
    """Panels side by side: two equal ones, or with ``wide`` a broad one and a narrow one."""
    with ui.element("div").classes(f"om-columns {'om-wide' if wide else ''} {classes}"):
        yield


@contextmanager
def stack() -> Iterator[ui.element]:
    """Things below each other with the page's spacing."""
    with ui.element("div").classes("om-stack") as box:
        yield box


@contextmanager
def line(classes: str = "") -> Iterator[ui.element]:
    """Things beside each other, wrapping when narrow."""
    with ui.element("div").classes(f"om-line {classes}") as box:
        yield box


def text(content: str, classes: str = "", *, tag: str = "div") -> ui.label:
    """Plain text; never markup, so what customers send cannot become a tag."""
    label = ui.label(content).classes(classes)
    label.tag = tag
    return label


def figures(items: Sequence[tuple[str, str, str]]) -> None:
    """A row of key figures: (label, value, note)."""
    with ui.element("div").classes("om-figures"):
        for label, value, note in items:
            with ui.element("div").classes("om-figure"):
                text(label, "om-figure-label")
                text(value, "om-figure-value")
                text(note, "om-figure-note")


def facts(items: Sequence[tuple[str, str]], keys: Sequence[str] = ()) -> None:
    """A short list of named values; ``keys`` are what the names stand for, seen by hover."""
    with ui.element("dl").classes("om-facts"):
        for index, (label, value) in enumerate(items):
            name = text(label, tag="dt")
            if keys:
                name.props["title"] = keys[index]
            text(value, tag="dd")


def badge(content: str, tone: str = "neutral", *, icon: str = "") -> ui.element:
    """A small mark; tone is neutral, good, warn, bad or info."""
    with ui.element("span").classes(f"om-badge om-{tone}") as mark:
        if icon:
            ui.icon(icon)
        text(content, tag="span")
    return mark


def empty(icon: str, title: str, explanation: str) -> ui.element:
    """What to show when there is nothing yet: why, and what to do first. Build the action inside ``with``."""
    with ui.element("div").classes("om-empty") as box:
        ui.icon(icon).classes("om-empty-icon")
        text(title, "om-empty-title", tag="h2")
        text(explanation, "om-empty-text")
    return box


def action(label: str, icon: str = "", *, on_click: Click | None = None, href: str = "") -> ui.button:
    """The main button of a page or panel."""
    return _button(label, icon, on_click, href).props("unelevated no-caps color=primary").classes("om-button")


def quiet(label: str, icon: str = "", *, on_click: Click | None = None, href: str = "") -> ui.button:
    """A button for everything that is not the main thing."""
    return _button(label, icon, on_click, href).props("outline no-caps").classes("om-button om-quiet")


def icon_button(icon: str, label: str, *, on_click: Click | None = None) -> ui.button:
    """A round button with only an icon; the label is its tooltip and its name for screen readers."""
    button = ui.button(icon=icon, on_click=on_click, color=None).props("flat round dense").classes("om-icon-button")
    button.props["aria-label"] = label
    button.tooltip(label)
    return button


def _button(label: str, icon: str, on_click: Click | None, href: str) -> ui.button:
    target = (lambda: ui.navigate.to(href)) if href else on_click
    return ui.button(label, icon=icon or None, on_click=target, color=None)


def link(content: str, href: str, classes: str = "") -> ui.link:
    """A link to a page of ours or a checked address."""
    return ui.link(content, href).classes(f"om-link {classes}")


def avatar(name: str, *, is_large: bool = False) -> None:
    """A round mark with someone's initials, coloured by the name."""
    initials = "".join(word[0] for word in name.split()[:2] if word[0].isalnum()).upper() or "?"
    size = " om-avatar-large" if is_large else ""
    text(initials, f"om-avatar om-hue-{sum(map(ord, name)) % 6}{size}").props("aria-hidden=true")


def code(content: str, *, copy_label: str) -> None:
    """Text to copy: a key, a command."""
    with ui.element("div").classes("om-code"):
        text(content, tag="pre")
        icon_button("content_copy", copy_label, on_click=lambda: ui.clipboard.write(content))


def table(
    cols: Sequence[tuple[str, str]],
    rows: list[dict[str, Any]],
    *,
    key: str = "id",
    numeric: Sequence[str] = (),
    rows_per_page: int = 25,
    on_row: Callable[[dict[str, Any]], Any] | None = None,
) -> ui.table:
    """A plain table: (field, heading) per column; fields in ``numeric`` stand right; a click on a row calls on_row.

    Cell values are shown as text. A row may hold more than its columns.
    """
    columns_ = [
        {"name": field, "label": label, "field": field, "align": "right" if field in numeric else "left",
         "sortable": True}
        for field, label in cols
    ]  # fmt: skip
    grid = ui.table(rows=rows, columns=columns_, row_key=key, pagination=rows_per_page)
    grid.props("flat wrap-cells" + (" hide-pagination" if len(rows) <= rows_per_page else "")).classes("om-table")
    if on_row:
        grid.classes("om-clickable")
        grid.on("rowClick", lambda event: on_row(event.args[1]), [[], [key], None])
    return grid


@contextmanager
def sheet(headings: Sequence[str], *, numeric: int = 0, last_is_text: bool = False) -> Iterator[None]:
    """A table whose cells are built by hand, one ``tr`` a row; the last ``numeric`` headings stand right.

    On a phone each row becomes a card, and its cells carry their headings.
    """
    first_number = len(headings) - numeric - (1 if last_is_text else 0)
    with ui.element("div").classes("om-scroll"), ui.element("table").classes("om-sheet") as grid:
        labelled(grid, headings)
        with ui.element("thead"), ui.element("tr"):
            for index, heading_ in enumerate(headings):
                is_number = first_number <= index < first_number + numeric
                text(heading_, "om-right" if is_number else "", tag="th")
        with ui.element("tbody"):
            yield


def labelled(grid: ui.element, headings: Sequence[str]) -> None:
    """Let a table's cells carry their headings where there is no room for columns."""
    for index, heading_ in enumerate(headings[1:], start=2):
        grid.style[f"--om-head-{index}"] = css_text(heading_)


def css_text(content: str) -> str:
    """A text as CSS wants it between quotes, with nothing in it that could end the style."""
    return '"' + "".join(one if one.isalnum() or one == " " else f"\\{ord(one):x} " for one in content) + '"'


def confirm(view: "View", question: str, *, consequence: str, yes: str, act: Click) -> None:
    """Ask before something that cannot be taken back at once."""
    with ui.dialog(value=True) as dialog, panel(question):
        text(consequence, "om-subtitle")
        with line("om-end"):
            quiet(view.translate(_CANCEL), on_click=dialog.close)
            ui.button(yes, on_click=act, color=None).props("unelevated no-caps color=negative").classes("om-button")


def toast(
    view: "View", icon: str, told: str, *, key: str, to: tuple[str, str] | None = None, undo: Click | None = None
) -> None:
    """What was just done, with a way on (label, address) and a way back. Build it inside a ``role=status``."""
    with ui.element("div").classes("om-toast").props(f"data-testid={key}") as note:
        ui.icon(icon)
        text(told, "om-grow")
        if to:
            link(*to)
        if undo:
            quiet(view.translate(_UNDO), "undo", on_click=undo).props(f"data-testid={key}-undo")
        icon_button("close", view.translate(_CLOSE), on_click=note.delete)
