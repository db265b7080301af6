"""The settings page: choices where there are choices, and words in the reader's language."""

import pytest

from omniloom.messaging.channels.email import EmailSettings, problem
from omniloom.web.format import Format
from omniloom.web.installation_sheet import origin_text
from omniloom.web.settings_page import CHOICES
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View


@pytest.mark.parametrize(
    ("origin", "words"),
    [("default", "по умолчанию"), ("flag", "командная строка"), ("omniloom.toml", "omniloom.toml"),
     ("environment OMNILOOM__SERVER__PORT", "переменная окружения OMNILOOM__SERVER__PORT")],
)  # fmt: skip
def test_an_origin_is_told_in_words(site, origin, words):
    assert origin_text(View(site.platform, NOT_FOUND, None, None, "ru", Format("ru")), origin) == words


def test_encryption_is_chosen_from_what_the_channel_takes(site):
    assert "setting-tls" in site.get("/settings", role="owner").text
    assert EmailSettings().tls in CHOICES["tls"]
    settings = [EmailSettings(host="mx", from_address="a@b.test", tls=choice) for choice in CHOICES["tls"]]
    assert [problem(one) for one in settings] == [""] * len(settings)


def test_what_the_installation_sets_is_explained_in_the_readers_language(site):
    assert "порт сервера" in site.get("/settings?tab=installation", role="analyst").text
