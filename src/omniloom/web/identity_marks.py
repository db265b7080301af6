"""What is odd about a person's identifiers, in words: shared, another customer's, at a limit, not taken at all."""

from omniloom.identity import KINDS, ProblemReason
from omniloom.profiles import Attached, Refused, Whole
from omniloom.web import marks, parts
from omniloom.web.theme import mark
from omniloom.web.view import View

REFUSED = {  # why an identifier was not taken: what the badge says, and the sentence behind the identifier
    ProblemReason.SHARED: (mark("Shared"), mark("many people use it, so it joins nobody.")),
    ProblemReason.OVER_LIMIT: (
        mark("Over the limit"), mark("not attached, for this customer has as many of the kind as one may have."),
    ),
    ProblemReason.SECOND: (mark("Not usable"), mark("the second of its kind in one event, so it was left out.")),
    ProblemReason.BLOCKED: (mark("Not usable"), mark("a placeholder that stands for nobody.")),
    ProblemReason.MALFORMED: (mark("Not usable"), mark("not a value of its kind.")),
    ProblemReason.TOO_LONG: (mark("Not usable"), mark("too long for an identifier.")),
    ProblemReason.UNKNOWN_KIND: (mark("Not usable"), mark("of a kind that is not known.")),
}  # fmt: skip


PROBLEMS = {  # of other values of an event
    "malformed: not an amount of money": mark("not an amount of money"),
    "malformed: not a list": mark("not a list"),
    "not_joined: an alias does not make one of two customers who each have a customer id, or were told apart": mark(
        "the alias did not join two customers"
    ),
    "reused: an earlier event with this id says something else": mark("an earlier event with this id says otherwise"),
    "erased: its person asked to be forgotten": mark("the customer asked to be forgotten"),
}  # fmt: skip


def oddities(view: View, shown: Whole) -> None:
    """One line for each identifier that joins nobody, each kind that is full, each value that was not taken."""
    _ = view.translate
    for one in shown.identifiers:
        _attached(view, one)
    for held in shown.held:
        limit = KINDS[held.kind].limit
        if limit is not None and limit.days is None and held.count >= limit.count:
            told = _("{kind}: {n} is as many as one customer may have; further ones are not attached.")
            named = told.format(kind=marks.identifier_title(view, held.kind), n=view.fmt.number(held.count))
            _line(_("Full"), "warn", "inventory_2", named)
    for refused in shown.refused:
        _refused(view, refused)


def _attached(view: View, one: Attached) -> None:
    _ = view.translate
    named = f"{marks.identifier_title(view, one.kind)} {one.value}"
    users = view.fmt.number(one.users)
    if one.is_shared:
        told = _("{identifier}: many people use it, so it joins nobody.")
        _line(_("Shared"), "warn", "group", told.format(identifier=named))
    elif one.is_foreign:
        told = _("{identifier}: belongs to another customer, so it did not join the two. {n} customers used it so far.")
        _line(_("Another's"), "info", "person_off", told.format(identifier=named, n=users))
    elif one.users > 1:
        told = _("{identifier}: {n} customers used it so far; with more it will be shared and join nobody.")
        _line(_("Used by others"), "info", "group_add", told.format(identifier=named, n=users))


def _refused(view: View, one: Refused) -> None:
    _ = view.translate
    label, why = REFUSED[one.reason]
    told = _("{identifier}: {why} Events: {n}, the last one {when}.").format(
        identifier=f"{marks.identifier_title(view, one.kind)} {one.value}".strip(), why=_(why),
        n=view.fmt.number(one.events), when=view.fmt.when(one.last_seen_at),
    )  # fmt: skip
    _line(_(label), "warn" if one.reason in (ProblemReason.SHARED, ProblemReason.OVER_LIMIT) else "neutral",
          "block", told)  # fmt: skip


def _line(label: str, tone: str, icon: str, told: str) -> None:
    with parts.line():
        parts.badge(label, tone, icon=icon)
        parts.text(told).style("overflow-wrap: anywhere")


def problem_text(view: View, kind: str, problem: str) -> str:
    """What was wrong with one value of an event, in words."""
    _ = view.translate
    reason = problem.partition(":")[0]
    if problem in PROBLEMS or kind not in KINDS or reason not in set(ProblemReason):
        return f"{kind}: {_(PROBLEMS.get(problem, problem))}"
    return f"{marks.identifier_title(view, kind)}: {_(REFUSED[ProblemReason(reason)][1])}"
