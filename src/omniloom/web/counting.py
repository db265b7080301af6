"""Words about numbers: “1 person, 5 people”, «1 клиент, 3 клиента, 5 клиентов», and when they were counted."""

from datetime import datetime

from babel import Locale

from omniloom.web.view import View

_FORMS = {"one": 0, "few": 1, "many": 2, "other": -1}


def counted(view: View, text: str, n: int) -> str:
    """The text for ``n`` things; ``{n}`` in it becomes the number.

    Shapes: ``text`` holds the forms with | between them: “{n} person|{n} people”; its translation has as many as the
    language needs (Russian: one, few, many).
    """
    forms = view._(text).split("|")
    form = _FORMS[Locale.parse(view.language).plural_form(n)] if len(forms) > 1 else 0
    return forms[min(form, len(forms) - 1)].replace("{n}", view.fmt.number(n))


def people(view: View, n: int) -> str:
    """So many people."""
    return counted(view, "{n} person|{n} people", n)


def counted_at(view: View, at: datetime) -> str:
    """When a number was counted: the time alone if that was today."""
    fmt = view.fmt
    if fmt.date(at) == fmt.date(view.now()):
        return view._("Counted at {time}").format(time=fmt.time(at))
    return view._("Counted on {when}").format(when=fmt.when(at))


def being_counted(view: View) -> str:
    """What to say before the first count."""
    return view._("Everybody is being counted. Look again in a moment.")
