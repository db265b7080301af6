"""Words that follow a number: “1 person, 5 people”, «1 клиент, 3 клиента, 5 клиентов»."""

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
