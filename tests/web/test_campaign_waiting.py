"""A campaign's page says which provider does not answer, for how many, and when it is tried again."""

from datetime import UTC, datetime

from omniloom.messaging import Waiting
from omniloom.web.campaign_waiting import line_of
from omniloom.web.format import Format
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View

AT = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


def view(site, language):
    return View(site.platform, NOT_FOUND, None, None, language, Format(language))


def test_a_silent_server_is_told_from_one_that_asks_to_wait_in_both_languages(site):
    silent = Waiting("email", "SMTPConnectError: refused", 1200, AT)
    busy = Waiting("email", "450 4.2.1 greylisted", 3, AT.replace(hour=9))
    assert line_of(view(site, "en"), [silent, busy]) == (
        "E-mail: the server does not answer (SMTPConnectError: refused). Messages that wait: 1,203. Next try at 09:05."
    )
    russian = line_of(view(site, "ru"), [busy, silent])
    assert "сервер просит повторить позже (450 4.2.1 greylisted)" in russian
    assert russian.endswith("Следующая попытка в 09:05.")
