"""What a text may name: everything in a refused item that could be an identifier.

Such an item was refused, perhaps because nobody could read it: JSON with half of it missing, a form, a row of a table,
a JSON text inside another, a text in another encoding. So it is not parsed but looked through, piece by piece.

Where a telephone ends is told by its figures: they begin where a group of figures begins and end where one ends, with
nothing but what people write between groups inside (spaces, dots, dashes, brackets). A longer number that merely holds
the same figures is another one; "order 5 of 8 916 123-45-67" names the telephone.
"""

import itertools
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

Mention = tuple[str, str]
"""(the key it stands under, in letters and digits alone; the value)."""

VALUE_CHARS_MAX = 200  # of what could name anybody
_DEPTH_MAX = 2  # texts in JSON in texts in JSON
_TEXT = r'"((?:[^"\\]|\\.)*+)(?:"|\\?$)'  # the last one may be cut off
_PAIR = re.compile(rf'(?:"((?:[^"\\]|\\.){{1,64}}+)"\s*+:\s*+)?(?:{_TEXT}|(-?\d[\d.eE+-]*+))', re.DOTALL)
_FORM = re.compile(r"([\w.%\[\]-]{1,64}+)=([^&;\s\"'<>]{1,600})")
_WORD = re.compile(r"[^\s\"'<>(){}\[\],;|&=?\\]{3,200}")
_PART = re.compile(r"[^\s\"'<>(){}\[\],;|&=?\\/:#]{6,200}")  # of a path, or what stands right after its name
_ADDRESS = re.compile(r"[^\s\"'<>(){}\[\],;:|&=?/\\@]{1,64}+@[^\s\"'<>(){}\[\],;:|&=?/\\@]{3,200}+")
_BETWEEN = r"\s().\u2010-\u2015\u2212-"  # what people write between the groups of figures of a telephone
_NUMBER = re.compile(rf"(?:[+\uff0b][\s(]{{0,2}})?(?<!\d)\d(?:[\d{_BETWEEN}]*\d)?")
_FIGURES = re.compile(r"\d+")
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})$")
_GROUPS_MAX = 7
_FIGURES_MIN, _FIGURES_MAX = 7, 15  # of a telephone with its country
_LOCAL_MIN = 9  # without: fewer are anybody's price or date
_NUMBERS_MAX = 8_000  # in one text: what has more is a table of measurements
_SIGNS = re.compile(r"[\W_]+")


def mentions(text: str) -> set[Mention]:
    """Everything in a text that could be an identifier. Cost: some milliseconds for 64 KB."""
    return {(key, value) for key, value in _found(text.replace("\x00", ""), 0) if 0 < len(value) <= VALUE_CHARS_MAX}


def squashed(key: str) -> str:
    """A key as it is compared: ``userId``, ``user_id`` and ``user[id]`` are the same."""
    return _SIGNS.sub("", key).casefold()


def _found(text: str, depth: int) -> Iterator[Mention]:
    for match in _PAIR.finditer(text):
        key, quoted, number = match.groups()
        name = squashed(_plain(key)) if key else ""
        if number is not None:
            yield name, number
        elif quoted:
            value = _plain(quoted)
            yield name, value.strip()
            if depth < _DEPTH_MAX:
                yield from _found(value, depth + 1) if '"' in value else _in_prose(value)
    for key, value in _FORM.findall(text):
        yield squashed(unquote_plus(key)), unquote_plus(value).strip()
    yield from _in_prose(text)
    if "%" in text:
        yield from _in_prose(unquote_plus(text))


def _in_prose(text: str) -> Iterator[Mention]:
    for pattern in (_WORD, _PART, _ADDRESS):
        for word in pattern.findall(text):
            yield "", word.strip(" .:!")
    numbers = (number for run in _NUMBER.findall(text) for number in _numbers(run))
    yield from (("", number) for number in itertools.islice(numbers, _NUMBERS_MAX))


def _numbers(run: str) -> Iterator[str]:
    """What a run of groups of figures may be: itself, or a telephone of some of them, one behind the other."""
    if len(run) >= _FIGURES_MIN:
        yield run
    groups = _FIGURES.findall(run)
    is_whole = not run[0].isdigit()
    for first in range(len(groups)):
        plus = "+" if is_whole and not first else ""
        least = _FIGURES_MIN if plus else _LOCAL_MIN
        number = ""
        for group in groups[first : first + _GROUPS_MAX]:
            number += group
            if len(number) > _FIGURES_MAX:
                break
            if len(number) >= least:
                yield plus + number


def stands_in(word: str, text: str) -> bool:
    """Whether a text holds a word. A word that begins or ends with a figure is none where the number is longer."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        is_behind = at > 0 and word[0].isdigit() and text[at - 1].isdigit()
        if is_behind and _ESCAPE.search(text, max(0, at - 6), at):
            is_behind = False  # the figure before is a space's or another letter's
        if not is_behind and not (word[-1].isdigit() and text[end : end + 1].isdigit()):
            return True
        at = text.find(word, at + 1)
    return False


def _plain(quoted: str) -> str:
    """A JSON string without its escapes; as it is, if they are wrong."""
    if "\\" not in quoted:
        return quoted
    try:
        return str(json.loads(f'"{quoted}"', strict=False)).encode("utf-8", "replace").decode()
    except ValueError:
        return quoted.replace("\\/", "/")
