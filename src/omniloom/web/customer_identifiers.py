"""The identifiers of one customer: which are shared, and a way to take away what is not theirs."""

from functools import partial

from nicegui import ui

from omniloom import identity
from omniloom.access import Permission
from omniloom.identity import Detaching, Identifier
from omniloom.profiles import Person
from omniloom.web import marks, parts
from omniloom.web.merge_acts import detach
from omniloom.web.view import View


def identifiers_panel(view: View, person: Person) -> None:
    """A panel of the customer's page; ``person`` as the visitor may see them."""
    _ = view.translate
    own = [one for one in person.identifiers if not one.is_shared]
    may_detach = len(own) > 1 and view.may(Permission.CUSTOMERS_WRITE) and view.may(Permission.CUSTOMERS_PERSONAL)
    with parts.panel(_("Identifiers")):
        if not person.identifiers:
            parts.text(_("None known."), "om-muted")
        with ui.element("dl").classes("om-facts om-identifiers"):
            for one in person.identifiers:
                parts.text(marks.identifier_title(view, one.kind), tag="dt")
                with ui.element("dd").props(f"data-testid=identifier-{one.kind}"):
                    parts.text(one.value, "om-grow", tag="span")
                    if one.is_shared:
                        _shared(view)
                    elif may_detach:
                        _menu(view, person.person_id, one)


def _shared(view: View) -> None:
    _ = view.translate
    told = _("Many people use it, so it joins nobody: events that carry nothing else are not this customer's.")
    with parts.badge(_("Shared"), "warn", icon="group").props("tabindex=0 data-testid=shared"):
        ui.tooltip(told).props("max-width=280px")


def _menu(view: View, person_id: int, one: Identifier) -> None:
    _ = view.translate
    with ui.button(icon="more_vert", color=None).props("flat round dense").classes("om-icon-button") as button:
        button.props["aria-label"] = _("What to do with it")
        button.props["data-testid"] = "identifier-menu"
        with ui.menu().props("auto-close"):
            item = ui.menu_item(_("Detach…"), on_click=partial(_ask, view, person_id, one))
            item.props["data-testid"] = "identifier-detach"


async def _ask(view: View, person_id: int, one: Identifier) -> None:
    """Say what will happen, and take a word for the journal."""
    _ = view.translate
    view.require(Permission.CUSTOMERS_WRITE)
    key = (one.kind, one.value)
    asked = await view.run(identity.detaching, view.platform.stores, person_id, key)
    with (
        ui.dialog(value=True) as dialog,
        parts.panel(_("Detach {value}?").format(value=one.value), classes="om-ask"),
    ):
        parts.text(consequence(view, asked), "om-subtitle")
        note = ui.input(_("Why, for the journal")).props("outlined dense maxlength=500").classes("w-full")

        async def act() -> None:
            await detach(view, person_id, key, note.value or "")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            button = ui.button(_("Detach"), on_click=act, color=None)
            button.props("unelevated no-caps color=negative data-testid=detach-confirm").classes("om-button")


def consequence(view: View, asked: Detaching) -> str:
    """What detaching will do, in words."""
    _ = view.translate
    told = [_("It becomes a customer of its own, and this one is not written to at it any more.")]
    if asked.takes_history:
        told.append(_("Events that came by it alone go with it."))
    else:
        told.append(_("Events that came before stay here; those that come by it from now on do not."))
    if asked.going:
        told.append(_("Who was merged by it alone goes with it: {n}.").format(n=view.fmt.number(asked.going)))
    if asked.staying:
        told.append(
            _("Merges that it caused stay: {n}. Undo them under Identity if they are wrong.").format(
                n=view.fmt.number(asked.staying)
            )
        )
    told.append(_("Events will not join the two again; you still can."))
    return " ".join(told)
