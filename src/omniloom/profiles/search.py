"""Finding people: by any identifier or a part of it, or by a name however it is typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from omniloom.core.text import folded
from omniloom.identity import BY_PRIORITY, Identifier, find, identifiers_by_root, prefixes, roots_of
from omniloom.identity.match import has_cyrillic, skeleton
from omniloom.profiles.card import Card, cards
from omniloom.profiles.person import display_name, visitor_code
from omniloom.profiles.spoken import (
    WORD_CHARS_MAX,
    distance,
    meant,
    mistakes_max,
    nearest,
    other_layout,
    pieces,
    swapped,
)
from omniloom.store import StateTx, Stores, query

_BY_PREFIX = query(__file__, "people_by_prefix")
_BY_NAME = query(__file__, "people_by_name")
_WORDS_BEGINNING = query(__file__, "words_beginning")
_WORDS_ALIKE = query(__file__, "words_alike")
_WORD_PEOPLE = query(__file__, "word_people")
_BY_WORDS = query(__file__, "people_by_words")
_BY_PART = query(__file__, "people_by_part")
_RECENT = query(__file__, "people_recent")
WORDS_ALIKE = 60  # known words that one typed word may stand for
FOREIGN_MAX = 300  # of them looked at, where a key is common
COUNTED_MAX = 2000  # beyond that a word is simply common
FIGURES_MIN, TEXT_MIN = 4, 4  # parts of identifiers that are worth a pass over them
WORD = re.compile(r"\S{4,}")  # that an identifier may be, typed in another layout
_PATRONYMIC = re.compile(r"(?i)\w{2,}(?:вич|ична|вна|vich|ichna|vna)")
_LAST_CHARACTER = "\U0010ffff"  # sorts after every text that begins with the prefix
_NEXT = "\x01"  # sorts after the text alone, before every longer one


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list; ``matched`` is the identifier that was searched for, empty for a name.

    ``visitor`` tells an anonymous visitor from others where there is no ``name``.
    """

    person_id: int
    name: str
    visitor: str
    matched: str
    identifiers: list[Identifier]
    city: str


def search(stores: Stores, text: str, *, home_region: str, rows_max: int) -> list[PersonRow]:
    """People who have this identifier, then those with one that begins so, then those who may be called so: words in
    any order, ё as е, in either alphabet, in the wrong keyboard layout, foreign ones as they sound, with a mistake or
    two; then those with an identifier that holds the text. Identifiers too may be typed in the wrong layout.

    An empty text gives the people heard of last.
    """
    wanted = text.strip()
    exact = find(stores, wanted, home_region) if wanted else []
    with stores.state.read() as tx:
        if not wanted:
            recent = tx.tuples(_RECENT, rows_max=rows_max, identifiers_max=rows_max * 20)
            return _rows(tx, {root_id: "" for (root_id,) in recent})
        found = dict.fromkeys(exact, wanted)
        if len(found) < rows_max:
            for root_id, matched in _likely(tx, wanted, home_region, rows_max):
                found.setdefault(root_id, matched)
                if len(found) == rows_max:
                    break
        return _rows(tx, dict(list(found.items())[:rows_max]))


def people(stores: Stores, ids: list[int]) -> list[PersonRow]:
    """These people in this order, each once, by who they are by now; unknown ids are left out."""
    with stores.state.read() as tx:
        roots = roots_of(tx, ids)
        return _rows(tx, {roots[person_id]: "" for person_id in ids if person_id in roots})


def _likely(tx: StateTx, text: str, home_region: str, rows_max: int) -> Iterator[tuple[int, str]]:
    """Who may be meant, the likeliest first; whoever has enough asks no further, so that the costly comes last."""
    yield from _beginning(tx, text, home_region, rows_max)
    meanings = other_layout(text) if WORD.fullmatch(text) else []
    is_address = "@" in "".join(meanings[:1]) and "@" not in text  # and so no name
    if is_address:
        yield from _beginning(tx, meanings[0], home_region, rows_max, kinds=("email",))
    found = False
    for name in filter(None, (text, _short(text))):  # the patronymic is not known of everybody
        for row in () if found else _named(tx, name, rows_max):
            found = True
            yield row
    if not found:
        for meaning in meanings:
            yield from _beginning(tx, meaning, home_region, rows_max)
        yield from _holding(tx, meanings[0] if is_address else text, rows_max)


def _beginning(
    tx: StateTx, text: str, home_region: str, rows_max: int, *, kinds: tuple[str, ...] = BY_PRIORITY
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for kind in kinds:
        for prefix in prefixes(kind, text, home_region):
            end = prefix + _LAST_CHARACTER
            found += tx.tuples(_BY_PREFIX, kind=kind, prefix=prefix, prefix_end=end, rows_max=rows_max)
    return found


def _named(tx: StateTx, text: str, rows_max: int) -> Iterator[tuple[int, str]]:
    """People by their name's beginning, by its words in any order, by their beginnings, as they sound, and mistyped."""
    prefix = folded(text)
    rows = tx.tuples(_BY_NAME, prefix=prefix, prefix_end=prefix + _LAST_CHARACTER, rows_max=rows_max)
    yield from ((root_id, "") for (root_id,) in rows)
    meanings = meant(text)
    asked: set[str] = set()
    for known in (_as_typed, _begun):
        for words in meanings:
            spellings = [known(tx, word) for word in words]
            asked.update(*spellings)
            ids = _with_words(tx, spellings, rows_max)
            yield from ((root_id, "") for root_id in ids)
            if not (rows or ids) and words is meanings[0] and known is _as_typed:
                yield from _login(tx, text)
    if meanings and not text.isascii():  # before mistakes: Грейс is Grace rather than a mistyped Garcia
        spellings = [_foreign(tx, word) for word in meanings[0]]
        if not asked.issuperset(chain(*spellings)):
            yield from ((root_id, "") for root_id in _with_words(tx, spellings, rows_max))
    for words in meanings:
        yield from ((root_id, "") for root_id in _with_words(tx, [_mistyped(tx, word) for word in words], rows_max))


def _short(text: str) -> str:
    """A Russian's whole name without the patronymic; "" for any other text."""
    words = text.split()
    kept = [word for word in words if not _PATRONYMIC.fullmatch(word)]
    return " ".join(kept) if len(words) > len(kept) > 1 else ""


def _login(tx: StateTx, text: str) -> list[tuple[int, str]]:
    """Who signs in so, to the letter, if it was typed with the Russian layout on."""
    if not has_cyrillic(text) or not WORD.fullmatch(text):
        return []
    value = other_layout(text)[0]
    return tx.tuples(_BY_PREFIX, kind="user_id", prefix=value, prefix_end=value + _NEXT, rows_max=1)


def _as_typed(_tx: StateTx, word: set[str]) -> list[str]:
    return sorted(word)


def _begun(tx: StateTx, word: set[str]) -> list[str]:
    found = set(word)
    typed = max(map(len, word), default=0)
    for prefix in word:
        if len(prefix) > 1 and 2 * len(prefix) >= typed:  # the sound of keys hit at random is two letters long
            rows = tx.tuples(_WORDS_BEGINNING, prefix=prefix, prefix_end=prefix + _LAST_CHARACTER, rows_max=WORDS_ALIKE)
            found |= {known for (known,) in rows}
    return sorted(found)


def _mistyped(tx: StateTx, word: set[str]) -> list[str]:
    """Known words near what was typed; those with several mistakes share fewer of their pieces."""
    found = set(word)
    for typed in word:
        most = mistakes_max(typed)
        if most:
            found |= swapped(typed)
            shared = max(1, len(pieces(typed)) - 3 * most)
            rows = tx.tuples(
                _WORDS_ALIKE, pieces=sorted(pieces(typed)), shared_min=shared, length_min=len(typed) - most,
                length_max=len(typed) + most, rows_max=WORDS_ALIKE,
            )  # fmt: skip
            found |= set(nearest(typed, (known for (known,) in rows)))
    return sorted(found)


def _foreign(tx: StateTx, word: set[str]) -> list[str]:
    """Known words that sound so, however they are spelled; the nearest if there are many."""
    under = sorted(set().union(*map(skeleton.keys, word)))
    if not under:
        return sorted(word)
    rows = tx.tuples(
        _WORDS_ALIKE, pieces=under, shared_min=1, length_min=1, length_max=WORD_CHARS_MAX, rows_max=FOREIGN_MAX
    )
    found = [known for (known,) in rows if any(skeleton.fits(typed, known) for typed in word)]
    if len(found) > WORDS_ALIKE:
        found.sort(key=lambda known: min(distance(typed, known, WORD_CHARS_MAX) for typed in sorted(word)))
    return sorted(word.union(found[:WORDS_ALIKE]))


def _with_words(tx: StateTx, words: list[list[str]], rows_max: int) -> list[int]:
    """Who has one of each word's spellings; the rarest words are asked for first."""
    counted = []
    for spellings in words:
        people = tx.tuples(_WORD_PEOPLE, words=spellings, rows_max=COUNTED_MAX)[0][0]
        if not people:
            return []
        counted.append((people, spellings))
    rarest = [spellings for _, spellings in sorted(counted)][:3]
    first, second, third = [*rarest, *[rarest[0]] * (3 - len(rarest))]
    return [row[0] for row in tx.tuples(_BY_WORDS, first=first, second=second, third=third, rows_max=rows_max)]


def _holding(tx: StateTx, text: str, rows_max: int) -> list[tuple[int, str]]:
    """People with a phone or a card that holds these figures, or another identifier that holds this text."""
    figures = "".join(letter for letter in text if letter.isdecimal())
    if len(figures) >= FIGURES_MIN and all(letter in "+-() ." or letter.isdecimal() for letter in text):
        return tx.tuples(_BY_PART, kinds=["phone", "whatsapp", "card"], part=figures, rows_max=rows_max)
    part = folded(text).partition("@")[0]
    if len(part) < TEXT_MIN or " " in part:
        return []
    return tx.tuples(_BY_PART, kinds=["email", "user_id", "telegram"], part=part, rows_max=rows_max)


def _rows(tx: StateTx, matched: dict[int, str]) -> list[PersonRow]:
    root_ids = list(matched)
    identifiers, known = identifiers_by_root(tx, root_ids), cards(tx, root_ids)
    found = ((one, known.get(one, Card()), identifiers.get(one, [])) for one in root_ids)
    return [
        PersonRow(
            person_id=one, name=display_name(card, own), visitor=visitor_code(card, own), matched=matched[one],
            identifiers=own, city=card.city,
        )
        for one, card, own in found
    ]  # fmt: skip
