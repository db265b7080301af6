"""Whom and what a customer belongs with: household, family, companies; a panel of the customer's page."""

from functools import partial

from nicegui import ui

from omniloom import profiles
from omniloom.access import Permission
from omniloom.core.errors import Invalid
from omniloom.profiles import CORPORATE, PERSONAL, Relation, Tie
from omniloom.web import marks, parts
from omniloom.web.person_pick import PersonPick
from omniloom.web.theme import mark
from omniloom.web.view import View

KINDS = {
    "household": mark("household"), "spouse": mark("spouse"), "child": mark("child"), "parent": mark("parent"),
    "relative": mark("relative"), "owner": mark("owner"), "director": mark("director"),
    "employee": mark("employee"), "contact": mark("contact"),
}  # fmt: skip


async def relations_panel(view: View, person_id: int) -> None:
    """The relations, each with a way to take it away, and a way to add one."""
    _ = view.translate
    stores = view.platform.stores
    relations = view.shown(await view.run(profiles.relations_of, stores, person_id))
    others = [one.other_id for one in relations if one.other_id]
    rows = view.shown(await view.run(profiles.people, stores, others))
    names = {row.person_id: marks.name_of(view, row.person_id, row) for row in rows}
    with parts.panel(_("Relations")):
        if not relations:
            parts.text(_("No relations yet."), "om-muted")
        for one in relations:
            _relation(view, person_id, one, names.get(one.other_id or 0, ""))
        if view.may(Permission.CUSTOMERS_WRITE):
            adding = parts.quiet(_("Add a relation"), "group_add", on_click=partial(_add, view, person_id))
            adding.props["data-testid"] = "relation-add"


def _relation(view: View, person_id: int, one: Relation, name: str) -> None:
    _ = view.translate
    with parts.line("om-between om-nowrap"):
        with ui.element("div").classes("om-grow"):
            if one.other_id:
                parts.link(name, f"/customers/{one.other_id}")
            else:
                parts.text(one.company)
            told = [_(KINDS.get(one.kind, one.kind)), one.role, _("INN {inn}").format(inn=one.inn) if one.inn else "",
                    _("since {date}").format(date=one.since) if one.since else "", one.source]  # fmt: skip
            parts.text(" · ".join(part for part in told if part), "om-muted")
        if view.may(Permission.CUSTOMERS_WRITE):
            parts.icon_button("close", _("Remove the relation"), on_click=partial(_remove, view, person_id, one))


async def _remove(view: View, person_id: int, one: Relation) -> None:
    view.require(Permission.CUSTOMERS_WRITE)
    await view.run(profiles.unrelate, view.platform.stores, one.relation_id)
    ui.navigate.to(f"/customers/{person_id}")


def _add(view: View, person_id: int) -> None:
    """A dialog: to whom, what they are to each other, since when."""
    _ = view.translate
    with ui.dialog(value=True) as dialog, parts.panel(_("Add a relation"), classes="om-relation"):
        side = ui.toggle({"person": _("To a person"), "company": _("To a company")}, value="person").props("no-caps")
        with ui.element("div").classes("om-stack") as personal:
            chosen = parts.text("", "om-strong")

            async def name_chosen() -> None:
                if pick.person:
                    name = marks.name_of(view, pick.person.person_id, pick.person)
                    chosen.set_text(_("Chosen: {name}").format(name=name))

            pick = PersonPick(
                view, name_chosen, prompt=_("Name, e-mail, phone, card, user id…"), name="relation-search"
            )
            pick.draw()
            kin = ui.select({key: _(KINDS[key]) for key in PERSONAL}, value="household")
            kin.props["label"] = _("Who they are to this customer")
        with ui.element("div").classes("om-stack") as corporate:
            inn = ui.input(_("INN, 10 or 12 digits"))
            company = ui.input(_("Company"))
            post = ui.select({key: _(KINDS[key]) for key in CORPORATE}, value="employee")
            post.props["label"] = _("What this customer is there")
        personal.bind_visibility_from(side, "value", value="person")
        corporate.bind_visibility_from(side, "value", value="company")
        role, since = ui.input(_("Role")), ui.input(_("Since, such as 2024-05-01"))
        for box in (kin, inn, company, post, role, since):
            box.props("outlined dense").classes("w-full")

        def stated() -> Tie:
            tie = Tie(kind=str(post.value), inn=inn.value or "", company=company.value or "")
            if side.value == "person":
                tie = Tie(kind=str(kin.value), other_id=_chosen(view, pick))
            return tie._replace(role=role.value or "", since=since.value or "")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=lambda: _save(view, person_id, stated())).props(
                "data-testid=relation-save"
            )


def _chosen(view: View, pick: PersonPick) -> int:
    if pick.person is None:
        raise Invalid(view._("Choose somebody first."), field="other_id")
    return pick.person.person_id


async def _save(view: View, person_id: int, tie: Tie) -> None:
    view.require(Permission.CUSTOMERS_WRITE)
    await view.run(
        profiles.relate, view.platform.stores, person_id, tie, by=view.user.email, now=view.now(),
        ids=view.platform.ids,
    )  # fmt: skip
    ui.navigate.to(f"/customers/{person_id}")
