"""What is told of a refused item is read in the reader's language where we have the words, as it came where not."""

import pytest

from omniloom.web.format import Format
from omniloom.web.refused_words import message_text
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View


def view(site, language: str) -> View:
    return View(site.platform, NOT_FOUND, None, None, language, Format(language))


@pytest.mark.parametrize(
    ("message", "russian"),
    [
        ("timestamp is not a usable time; send ISO 8601, such as 2026-11-21T12:00:00.000Z",
         "timestamp: непригодное время; пришлите ISO 8601, например 2026-11-21T12:00:00.000Z"),
        ("nobody is named: send userId, anonymousId or context.externalIds [{id, type}]",
         "не сказано, о ком речь: пришлите userId, anonymousId или context.externalIds [{id, type}]"),
        ("plan The {grocer}: properties.products[0].price is under 0",
         "план The {grocer}: properties.products[0].price меньше 0"),
        ("plan Grocer: properties.order_id should be text, not number",
         "план Grocer: в properties.order_id нужно text, а пришло number"),
        ("<b>nobody</b> has words for this", "<b>nobody</b> has words for this"),
    ],
)  # fmt: skip
def test_a_message_is_told_in_the_readers_language(site, message, russian):
    assert message_text(view(site, "ru"), message) == russian
    assert message_text(view(site, "en"), message) == message
