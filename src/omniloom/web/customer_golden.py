"""The golden record of a customer: each field's value, the rule that chose it, where it is from, and what lost."""

from functools import partial
from typing import Any

from nicegui import ui

from omniloom import collect, profiles
from omniloom.access import Permission
from omniloom.core.event import OWN_SOURCE_ID
from omniloom.profiles import Field, Origin, Rule, Survivorship
from omniloom.web import marks, parts
from omniloom.web.theme import mark
from omniloom.web.view import View

RULES = {
    Rule.RECENCY: mark("the newest"), Rule.TRUST: mark("the most trusted source"),
    Rule.COMPLETENESS: mark("the longest"), Rule.VOTE: mark("said by most sources"),
}  # fmt: skip


async def golden_tab(view: View, person_id: int) -> None:
    """Every field; a click unfolds its lineage. Fields on which sources differ stand first."""
    _ = view.translate
    fields = view.shown(await view.run(profiles.golden, view.platform.stores, person_id))
    names = await view.run(source_names, view)
    if not fields:
        parts.empty("badge", _("Nothing is known yet"), _("Values appear here as soon as a source names them."))
        return
    with parts.panel(classes="om-flush"):
        for field in sorted(fields, key=lambda field: not field.is_disputed):
            _field(view, person_id, field, names)


def source_names(view: View) -> dict[str, str]:
    """What every source is called, by its id; what the platform itself says is the platform's."""
    return {one.source_id: one.name for one in collect.sources(view.platform.stores)} | {OWN_SOURCE_ID: "Omniloom"}


def _field(view: View, person_id: int, field: Field, names: dict[str, str]) -> None:
    _ = view.translate
    with ui.expansion().classes("om-golden w-full").props("dense") as row:
        row.props["data-testid"] = f"field-{field.key}"
        with row.add_slot("header"), ui.element("div").classes("om-golden-head"):
            parts.text(marks.trait_title(view, field.key), "om-muted om-ellipsis").tooltip(field.key)
            parts.text(shown(field.value), "om-strong om-ellipsis")
            with parts.line("om-end"):
                if field.is_disputed:
                    parts.badge(_("sources differ"), "warn")
                if field.rule is not Rule.RECENCY:
                    parts.badge(_(RULES[field.rule]), "info")
                parts.text(names.get(field.chosen.source_id, field.chosen.source_id), "om-muted om-ellipsis")
        with ui.element("div").classes("om-decisions om-lineage"):
            _origin(view, field.chosen, names, is_chosen=True)
            for lost in field.lost:
                _origin(view, lost, names, is_chosen=False)
            with parts.line("om-between"):
                parts.text(_("Chosen by the rule: {rule}").format(rule=_(RULES[field.rule])), "om-muted")
                if view.may(Permission.SETTINGS_WRITE):
                    parts.quiet(_("Change the rule"), "tune", on_click=partial(_rule, view, person_id, field, names))


def _origin(view: View, origin: Origin, names: dict[str, str], *, is_chosen: bool) -> None:
    _ = view.translate
    with parts.line("om-nowrap om-between"):
        with ui.element("div").classes("om-grow"):
            parts.text(_("removed") if origin.is_removed else shown(origin.value)).style("overflow-wrap: anywhere")
            told = _("{source}, event {message}, {when}").format(
                source=names.get(origin.source_id, origin.source_id),
                message=origin.message_id,
                when=view.fmt.when(origin.occurred_at),
            )
            parts.text(told, "om-muted").style("overflow-wrap: anywhere")
        parts.badge(_("in force"), "good") if is_chosen else parts.badge(_("lost"))


def _rule(view: View, person_id: int, field: Field, names: dict[str, str]) -> None:
    """A dialog: how the value of this field is chosen, of everybody."""
    _ = view.translate
    said = dict.fromkeys(origin.source_id for origin in (field.chosen, *field.lost))
    sources = {one: names.get(one, one) for one in (*said, *names)}
    with (
        ui.dialog(value=True) as dialog,
        parts.panel(_("How “{field}” is chosen").format(field=marks.trait_title(view, field.key))),
    ):
        parts.text(_("The rule is for all customers. Between equals the newest value counts."), "om-subtitle")
        rule = ui.radio({rule: _(title) for rule, title in RULES.items()}, value=field.rule)
        trusted = ui.select(
            sources, value=[field.chosen.source_id], multiple=True, label=_("Trusted sources, the first one most")
        )
        trusted.props("outlined dense use-chips").classes("w-full")
        trusted.bind_visibility_from(rule, "value", backward=lambda chosen: chosen is Rule.TRUST)

        async def save() -> None:
            view.require(Permission.SETTINGS_WRITE)
            wanted = Survivorship(field.key, Rule(rule.value), tuple(trusted.value or ()))
            await view.run(profiles.set_survivorship, view.platform.stores, wanted, by=view.user.email, now=view.now())
            view.platform.wake.set()
            ui.navigate.to(f"/customers/{person_id}?tab=golden")

        with parts.line("om-end"):
            parts.quiet(_("Cancel"), on_click=dialog.close)
            parts.action(_("Save"), "check", on_click=save)


def shown(value: Any) -> str:
    """A trait's value as it is read."""
    return str(value) if not isinstance(value, bool) else ("✓" if value else "✗")
