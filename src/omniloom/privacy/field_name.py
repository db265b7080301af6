"""What a field says of a person, as far as its name tells; the words are in ``field_words.toml``."""

import functools
import re
import tomllib
from enum import StrEnum
from pathlib import Path

_LISTS = tomllib.loads((Path(__file__).parent / "field_words.toml").read_text(encoding="utf-8"))
_PERSONAL, _NAMES, _ENDS, _THINGS, _CODES, _LINKS, _GENERIC, _OPENING = (
    frozenset(_LISTS[part])
    for part in ("personal", "harmless_names", "harmless", "things", "codes", "links", "generic", "opening")
)
_KNOWN = _THINGS | frozenset(_LISTS["known"])
_WORDS = re.compile(r"[A-ZА-ЯЁ]+(?![a-zа-яё])|[A-ZА-ЯЁ]?[a-zа-яё]+\d?|\d+")


class Tells(StrEnum):
    """What a field's name tells of its value."""

    PERSON = "person"  # who somebody is, or how to find them
    LINK = "link"  # the address of a page
    THING = "thing"  # which order, product or coupon: may be a long number
    HARMLESS = "harmless"
    UNKNOWN = "unknown"


@functools.lru_cache(maxsize=8192)
def tells(name: str) -> Tells:
    """What a name tells. A company names fields as it likes: most names are unknown."""
    words = [word.lower() for word in _WORDS.findall(name)]
    joined = "".join(words)
    if joined in _LINKS:
        return Tells.LINK
    if joined in _CODES:
        return Tells.THING
    if joined in _NAMES:
        return Tells.HARMLESS
    if joined in _PERSONAL or any(word in _PERSONAL or word.rstrip("0123456789") in _PERSONAL for word in words):
        return Tells.PERSON
    return _by_last_word(words) if words else Tells.UNKNOWN


def _by_last_word(words: list[str]) -> Tells:
    """What the last word tells, in a name without a word that tells of a person."""
    if words[-1] in _CODES or (words[-1] == "id" and words[0] in _THINGS):
        return Tells.THING
    if words[-1] in _ENDS or words[0] == "utm":
        return Tells.HARMLESS
    if words[-1] not in _GENERIC:
        return Tells.UNKNOWN
    of_what = next((word for word in reversed(words) if word not in _GENERIC), "")
    if of_what in _KNOWN:
        return Tells.HARMLESS
    return Tells.PERSON if words[-1] in _OPENING else Tells.UNKNOWN
