"""What a text may name: everything in a refused item that could be an identifier.

Such an item was refused, perhaps because nobody could read it: JSON with half of it missing, a form, a row of a table,
a JSON text inside another, a text in another encoding. So it is not parsed but looked through, piece by piece.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from omniloom.identity import numbers_in

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
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})$")
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
    yield from (("", number) for number in numbers_in(text))


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
