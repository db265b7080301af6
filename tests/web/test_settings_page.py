"""The settings page: choices where there are choices, and words in the reader's language."""

import pytest

from omniloom.web.format import Format
from omniloom.web.installation_sheet import origin_text
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View


@pytest.mark.parametrize(
    ("origin", "words"),
    [("default", "по умолчанию"), ("flag", "командная строка"), ("omniloom.toml", "omniloom.toml"),
     ("environment OMNILOOM__SERVER__PORT", "переменная окружения OMNILOOM__SERVER__PORT")],
)  # fmt: skip
def test_an_origin_is_told_in_words(site, origin, words):
    assert origin_text(View(site.platform, NOT_FOUND, None, None, "ru", Format("ru")), origin) == words


def test_what_the_installation_sets_is_explained_in_the_readers_language(site):
    assert "порт сервера" in site.get("/settings?tab=installation", role="analyst").text
