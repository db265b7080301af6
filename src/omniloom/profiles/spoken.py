"""How names are looked for: their words in one spelling, and what a person may have meant by typing something else.

A word is kept as ``identity``'s one sound for all its spellings (Юлия, Yulia, Iuliia), and beside it as its letters in
Latin where that differs. A word typed with mistakes is met by the pieces of three letters it shares with known words.
"""

import re
from collections.abc import Iterable

from omniloom.identity.match import has_cyrillic, latin, sound

WORD_CHARS_MAX = 40
WORDS_MAX = 8

_EN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RU = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LAYOUTS = str.maketrans(dict(zip(_EN + _RU, _RU + _EN, strict=True)))
# Identifiers keep case and signs. Shift-2 is @ in one layout and a quotation mark in the other; some programs curve it.
_EN_SHIFT, _RU_SHIFT = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~', "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_TO_LATIN = str.maketrans(_RU + _RU_SHIFT + '"“”№', _EN + _EN_SHIFT + "@@@#")
_TO_CYRILLIC = str.maketrans(_EN + _EN_SHIFT + "/", _RU + _RU_SHIFT + ".")
_BRACKET = re.compile(r"(?<=\w)[\]}](?=\w)")


def words_of(name: str) -> set[str]:
    """The words a name is found by."""
    found: set[str] = set()
    for word in latin(name).split()[:WORDS_MAX]:
        found |= {word[:WORD_CHARS_MAX], sound(word)[:WORD_CHARS_MAX]}
    return found - {""}


def foreign_part(name: str) -> str:
    """The words of a name that are not in Cyrillic."""
    return " ".join(word for word in name.split() if not has_cyrillic(word))


def meant(text: str) -> list[list[set[str]]]:
    """What a search may mean, the likeliest first: each meaning is a list of words, each word its spellings.

    The second meaning is what the same keys give in the other layout: ghbdtn is привет.
    """
    swapped = text.casefold().translate(_LAYOUTS)
    found = []
    for each in (text, swapped):
        words = [{word[:WORD_CHARS_MAX], sound(word)[:WORD_CHARS_MAX]} - {""} for word in latin(each).split()]
        words = [word for word in words if word][:WORDS_MAX]
        if words and words not in found:
            found.append(words)
    return found


def other_layout(identifier: str) -> list[str]:
    """What the same keys give in the other layout, the likeliest first: шмфт"ьфшдюкг is ivan@mail.ru.

    A hard sign may stand for the @ too: no address has the ] that it would be.
    """
    if not has_cyrillic(identifier):
        return [identifier.translate(_TO_CYRILLIC)]
    typed = identifier.translate(_TO_LATIN)
    return [typed] if "@" in typed else list(dict.fromkeys((typed, _BRACKET.sub("@", typed, count=1))))


def pieces(word: str) -> set[str]:
    """The pieces of three letters of a word, its beginning and end marked."""
    marked = f"^{word}$"
    return {marked[n : n + 3] for n in range(len(marked) - 2)}


def swapped(word: str) -> set[str]:
    """A word with two neighbours swapped, in each place: of a short word that leaves no piece."""
    return {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}


def mistakes_max(word: str) -> int:
    """How many mistakes a typed word may have."""
    if len(word) < 4:
        return 0
    return 1 if len(word) < 7 else 2


def distance(one: str, other: str, most: int) -> int:
    """How many letters were left out, put in, changed or swapped with a neighbour; ``most`` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i, *[0] * len(other)]
        for j, known in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != known))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == known:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def nearest(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidates that a word may be a mistyped form of, the nearest first."""
    most = mistakes_max(word)
    found = [(distance(word, candidate, most), candidate) for candidate in candidates]
    return [candidate for away, candidate in sorted(found) if away <= most]
