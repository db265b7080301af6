"""Merging two customers by hand: find the other one, compare the two side by side, merge."""

from nicegui import ui

from omniloom import profiles
from omniloom.access import Permission
from omniloom.identity import KINDS
from omniloom.profiles import Person
from omniloom.web import marks, parts
from omniloom.web.customer_golden import shown
from omniloom.web.merge_acts import merge
from omniloom.web.person_pick import PersonPick
from omniloom.web.view import View

FIELDS_MAX = 40


async def merge_dialog(view: View, person_id: int) -> None:
    """The dialog on a customer's page."""
    _ = view.translate
    view.require(Permission.CUSTOMERS_WRITE)
    with ui.dialog(value=True) as dialog, parts.panel(_("Merge with another customer"), classes="om-merge"):
        dialog.props("persistent")
        parts.text(
            _("Find the same person's other record and compare. A merge can be undone at any time."), "om-subtitle"
        )
        place = ui.element("div")
        body = ui.element("div").classes("om-merge-body")

        async def compare() -> None:
            other = pick.person
            body.clear()
            with body:
                if other is not None and other.person_id != person_id:
                    await _compare(view, person_id, other.person_id)
                elif other is not None:
                    parts.text(_("This is the same customer."), "om-muted")

        pick = PersonPick(view, compare, prompt=_("Name, e-mail, phone, card, user id…"), name="merge-search")
        with place:
            pick.draw()
        with parts.line("om-end"):
            parts.quiet(_("Close"), on_click=dialog.close)


async def _compare(view: View, person_id: int, other_id: int) -> None:
    """Two columns; what differs is marked; the merge button, or why there is none."""
    _ = view.translate
    one = view.shown(await view.run(profiles.person, view.platform.stores, person_id))
    other = view.shown(await view.run(profiles.person, view.platform.stores, other_id))
    forbidden = conflicts(one, other)
    comparison(view, one, other)
    if forbidden:
        kinds = ", ".join(marks.identifier_title(view, kind) for kind in forbidden)
        parts.badge(_("They cannot be one: each has their own {kinds}").format(kinds=kinds), "bad", icon="block")
        return
    note = ui.input(_("Why, for the journal")).props("outlined dense maxlength=500").classes("w-full")

    async def act() -> None:
        await merge(view, person_id, other_id, note.value or "")

    with parts.line("om-end"):
        parts.action(_("Merge"), "merge", on_click=act).props("data-testid=merge-confirm")


def conflicts(one: Person, other: Person) -> list[str]:
    """Kinds of identifier that a person has only once, of which both have one."""
    kinds = [{known.kind for known in person.identifiers if KINDS[known.kind].is_single} for person in (one, other)]
    return sorted(kinds[0] & kinds[1])


def comparison(view: View, one: Person, other: Person) -> None:
    """Fields and identifiers of two customers beside each other, differences marked."""
    _ = view.translate
    forbidden = conflicts(one, other)
    with parts.sheet(["", *(marks.name_of(view, person.person_id, person) for person in (one, other))]):
        _figures(view, one, other)
        held = {
            kind: [[known.value for known in person.identifiers if known.kind == kind] for person in (one, other)]
            for kind in sorted({known.kind for person in (one, other) for known in person.identifiers})
        }
        for kind, values in held.items():
            is_same = bool(set(values[0]) & set(values[1]))
            title = marks.identifier_title(view, kind)
            tone = _tone(is_forbidden=kind in forbidden, is_same=is_same, has_both=all(values))
            _row(title, *("\n".join(each[:5]) for each in values), tone=tone)
        traits = [{trait.key: shown(trait.value) for trait in person.traits} for person in (one, other)]
        told = {(kind, value) for kind, values in held.items() for each in values for value in each}
        keys = {key for each in traits for key, value in each.items() if (key, value) not in told}
        for key in sorted(keys, key=lambda key: (key not in traits[0] or key not in traits[1], key))[:FIELDS_MAX]:
            left, right = traits[0].get(key, ""), traits[1].get(key, "")
            _row(
                marks.trait_title(view, key),
                left,
                right,
                tone=_tone(is_forbidden=False, is_same=left == right, has_both=bool(left and right)),
            )


def _tone(*, is_forbidden: bool, is_same: bool, has_both: bool) -> str:
    if is_forbidden:
        return "bad"
    return ("good" if is_same else "warn") if has_both else ""


def _figures(view: View, one: Person, other: Person) -> None:
    _, fmt = view.translate, view.fmt
    rows = [
        (_("Orders"), [fmt.number(person.orders) for person in (one, other)]),
        (_("First seen"), [fmt.date(person.first_seen_at) for person in (one, other)]),
        (_("Last seen"), [fmt.date(person.last_seen_at) for person in (one, other)]),
    ]
    with ui.element("tr"):
        parts.text(_("Customer"), "om-muted", tag="td")
        for person in (one, other):
            with ui.element("td"):
                link = ui.link(
                    _("Customer {n}").format(n=person.person_id), f"/customers/{person.person_id}", new_tab=True
                )
                link.classes("om-link")
    for title, (left, right) in rows:
        _row(title, left, right)


def _row(title: str, left: str, right: str, *, tone: str = "") -> None:
    with ui.element("tr"):
        parts.text(title, "om-muted", tag="td")
        for value in (left, right):
            parts.text(value or "–", f"om-cell-{tone}" if tone else "", tag="td").style("white-space: pre-line")
