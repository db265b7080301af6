"""No text of the interface is left without its Russian; the texts are found by reading the source."""

import ast
import dataclasses
import string
from pathlib import Path

import pytest

import omniloom.web
from omniloom import privacy
from omniloom.messaging import known_channels
from omniloom.web import PAGES
from omniloom.web.privacy_page import DATA_KINDS
from omniloom.web.shell import load_pages
from omniloom.web.view import CATALOGUE

FOLDER = Path(omniloom.web.__file__).parent


def texts_of(source: str) -> set[str]:
    """First arguments of ``_``, ``view._``, ``translate`` and ``mark``, second of ``counted``, where constant."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in {"_", "mark", "translate"}:
            found.add(_text(node.args[0]))
        elif isinstance(node, ast.Call) and len(node.args) > 1 and _name(node.func) == "counted":
            found.add(_text(node.args[1]))
    return found - {""}


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def missing(texts: set[str]) -> list[str]:
    return sorted(text for text in texts if not CATALOGUE.has(text, "ru"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_text_of_a_module_has_its_russian(path):
    assert missing(texts_of(path.read_text())) == []


def test_every_page_title_has_its_russian():
    load_pages()
    assert missing({page.title for page in PAGES.values()}) == []


def test_every_setting_of_a_channel_has_its_russian():
    fields = [field for channel in known_channels().values() for field in dataclasses.fields(channel.settings)]
    assert missing({field.metadata["help"] for field in fields}) == []
    assert missing({channel.title for channel in known_channels().values()}) == []


def test_every_setting_of_the_installation_has_its_russian(site):
    values = site.platform.settings.values
    assert len(values) > 10
    assert missing({value.help for value in values}) == []


def test_every_word_of_the_data_map_has_its_russian(site):
    places = privacy.data_map(site.platform.stores)
    kept = {place.retention for place in places if place.days is None}
    assert missing({word for place in places for word in (place.purpose, place.note)} - {""} | kept) == []
    assert [place.table for place in places if not place.purpose] == []
    assert {place.kind for place in places} <= DATA_KINDS.keys()


def test_a_text_without_russian_would_be_seen():
    assert texts_of('_("a"); view._("b"); mark("c"); self.translate("d"); other("e"); _(name)') == {"a", "b", "c", "d"}
    assert missing({"Customers", "a text that nobody translated"}) == ["a text that nobody translated"]


def test_placeholders_survive_translation():
    def names(text: str) -> set[str]:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}

    texts = set().union(*(texts_of(path.read_text()) for path in FOLDER.glob("*.py")))
    russian = CATALOGUE.translator("ru")
    assert [text for text in texts if "{" in text and names(text) != names(russian(text))] == []
