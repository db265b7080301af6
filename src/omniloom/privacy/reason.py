"""Why somebody was erased, without saying who: the act of deletion outlives them and must not name them.

People write "letter of Anna Petrova, anna@example.test". Every address and number is left out, and every word that is
one of the person's names, in whatever case Russian puts it.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from omniloom import profiles
from omniloom.core.errors import Missing
from omniloom.identity import says_who
from omniloom.privacy.subject import Subject
from omniloom.store import Stores

LEFT_OUT = "…"
_CONTACT = re.compile(r"\S+@[^\s,;)]+|\+?\d[\d\s().-]{5,}\d")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CHARS_MIN = 3  # of a name; an initial says nothing
_FIGURES_MIN = 9  # of a telephone; fewer are a date or a letter's number
_ENDING_MAX = 3  # letters that the cases of a name add or change at its end


def names_of(stores: Stores, subject: Subject) -> set[str]:
    """The words that are a person's names, as they told them."""
    with suppress(Missing):
        person = profiles.person(stores, subject.root_id)
        told = [person.name, *(each for trait in person.traits if says_who(trait.key) for each in _texts(trait.value))]
        return {word for text in told for word in _WORD.findall(text) if len(word) >= _CHARS_MIN}
    return set()


def without_names(reason: str, names: Iterable[str], values: Iterable[str]) -> str:
    """The reason without what names the person."""
    stems = {_stem(name) for name in names}
    plain = _CONTACT.sub(lambda found: LEFT_OUT if _is_contact(found[0]) else found[0], reason)
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= _CHARS_MIN:
            plain = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", LEFT_OUT, plain, flags=re.IGNORECASE)
    return _WORD.sub(lambda word: LEFT_OUT if _is_name(word[0], stems) else word[0], plain)


def _is_contact(text: str) -> bool:
    return "@" in text or sum(map(str.isdigit, text)) >= _FIGURES_MIN


def _is_name(word: str, stems: set[tuple[str, int]]) -> bool:
    small = _small(word)
    return any(small.startswith(stem) and len(small) <= length + _ENDING_MAX for stem, length in stems)


def _stem(name: str) -> tuple[str, int]:
    """What all cases of a name begin with, and how long it is."""
    small = _small(name)
    return small[: max(_CHARS_MIN, len(small) - 2)], len(small)


def _small(word: str) -> str:
    return word.casefold().replace("ё", "е")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
