"""Why a customer is one person: the picture, and the journal of merges with their evidence and a way back."""

from functools import partial

from nicegui import ui

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.profiles import Joining, Whole
from omniloom.web import marks, parts
from omniloom.web.customer_golden import source_names
from omniloom.web.identity_marks import oddities
from omniloom.web.identity_picture import picture
from omniloom.web.joining_words import evidence_text, rule_text
from omniloom.web.merge_acts import undo
from omniloom.web.view import View


async def identity_tab(view: View, person_id: int) -> None:
    """The graph of the person, its identifiers with their marks, and the journal."""
    _ = view.translate
    stores = view.platform.stores
    region = view.platform.settings.identity.home_region
    shown = view.shown(await view.run(profiles.whole, stores, person_id, home_region=region))
    journal = view.shown(await view.run(profiles.merge_journal, stores, person_id))
    with parts.panel(_("Why these identifiers are one person"), _explained(view, shown, journal)):
        ui.echart(picture(view, shown)).classes("om-chart om-chart-graph")
        oddities(view, shown)
    with parts.panel(_("Merges"), classes="om-journal"):
        if not journal:
            parts.text(_("This customer was never merged with another one."), "om-muted")
        names = await view.run(source_names, view)
        for line in journal:
            _line(view, shown.people, line, names)


def _explained(view: View, shown: Whole, journal: list[Joining]) -> str:
    _ = view.translate
    if len(shown.people) == 1 and any(line.rule != identity.DETACHED_RULE for line in journal):
        told = _("All of them came with events of one person. Merges were undone.")
    elif len(shown.people) == 1:
        told = _("All of them came with events of one person; nobody was merged.")
    else:
        told = _("{n} people who turned out to be one. A thick line is a merge.").format(n=len(shown.people))
    return told + (" " + _("Not shown: {n}.").format(n=shown.left_out) if shown.left_out else "")


def _line(view: View, people: list[int], line: Joining, names: dict[str, str]) -> None:
    _ = view.translate
    with ui.element("div").classes("om-send"):
        with parts.line("om-between om-nowrap"):
            with ui.element("div").classes("om-grow"):
                parts.text(_what(view, line), "om-strong")
                parts.text(f"{view.fmt.when(line.merged_at)} · {rule_text(view, line.rule)}", "om-muted")
                parts.text(evidence_text(view, line.evidence, names), "om-muted").style("overflow-wrap: anywhere")
            if not line.is_standing:
                other = line.into_end if line.from_end in people else line.from_end
                parts.link(_("The other one"), f"/customers/{other}", "om-key")
                parts.badge(_("Detached") if line.rule == identity.DETACHED_RULE else _("Undone"), "neutral")
            elif view.may(Permission.CUSTOMERS_WRITE):
                button = parts.quiet(_("Undo"), "call_split", on_click=partial(_ask, view, line))
                button.props["data-testid"] = "unmerge"
        if line.undone_at is not None and line.rule != identity.DETACHED_RULE:
            undone = _("Undone {when} by {who}").format(when=view.fmt.when(line.undone_at), who=line.undone_by)
            parts.text(undone, "om-muted")


def _what(view: View, line: Joining) -> str:
    _ = view.translate
    if line.rule != identity.DETACHED_RULE:
        return _("Customer {one} became part of customer {other}").format(one=line.from_id, other=line.into_id)
    named = f"{marks.identifier_title(view, line.joined_kind)} {line.joined_value}"
    told = _("{identifier} was detached from customer {other}; since then it is customer {one}")
    return told.format(identifier=named, one=line.from_id, other=line.into_id)


def _ask(view: View, line: Joining) -> None:
    _ = view.translate
    parts.confirm(
        view, _("Make two customers of one again?"),
        consequence=_(
            "Each gets back what is theirs: events, traits, consents, segments, messages. Events will not merge them "
            "again; you still can."
        ),
        yes=_("Undo the merge"), act=partial(undo, view, line.merge_id),
    )  # fmt: skip
