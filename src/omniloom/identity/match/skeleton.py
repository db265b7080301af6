"""Foreign names by their consonants: Джон is John, Майкл is Michael, though hardly a letter is where it was.

A word of the index is kept under one key; a word typed in Cyrillic has several, for a Cyrillic letter stands for
several foreign ones (ч for ch and c, дж for j and g). Vowels say little, but of a short word's key the first one must
fit, and stand where it does.
"""

import functools
import itertools
import re
from collections.abc import Iterable

MARK, CYRILLIC_MARK = "~", "="  # before a key among the pieces of words: of a name in Latin, which searches ask for
SOUNDS_MIN = 2  # a single consonant would be everybody's
SHORT = 3  # up to so many consonants the first vowel must fit
KEYS_MAX = 24
KNOWN_MAX = 1 << 15  # words remembered: a matcher asks about each beside many others

_H, _NONE, _ITSELF = "H", "", "="
_FOREIGN = (  # how foreign names are spelled -> the sound's sign; the first that fits
    (r"^(?:kn|gn|pn)", "N"), (r"^wr", "R"), (r"^ps|^x", "S"), (r"^wh?(?=[aeiouy])", "F"),
    (r"sch|sh|sz|ts|tz|[sz]", "S"), (r"cz|ch|kh|^h", _H), (r"ph|pf|f|v", "F"), (r"th|t", "T"),
    (r"^gh|dg(?=[eiy])", "G"), (r"(?<=[aeiou])gh", _NONE), (r"gu(?=[aeiou])|gh?", "G"), (r"c(?=[eiy])", "S"),
    (r"ques?$", "K"), (r"qu", "KF"), (r"ck|[ckq]", "K"), (r"x", "KS"), (r"dj|dzh|zh|j", "J"), (r"w(?=[aeiouy])", "F"),
    (r"[bdlmnpr]", _ITSELF), (r".", _NONE),
)  # fmt: skip
_TYPED = (  # how Cyrillic is written in Latin -> the signs it may stand for
    (r"shch", ("S",)), (r"dzh", ("J", "G")), (r"zh", ("J", "G", "S")), (r"kh", (_H, "J", _NONE)),
    (r"ch", (_H, "S")), (r"sh", ("S", _H)), (r"ts|[sz]", ("S",)), (r"k", ("K", _H)), (r"g", ("G", _H)),
    (r"[vf]", ("F",)), (r"u(?=[aeiou])", ("F", _NONE)), (r"[bdlmnprt]", (_ITSELF,)), (r".", (_NONE,)),
)  # fmt: skip
_FIRST = {  # how a typed word's first vowels begin -> how those of a foreign word in its place may
    "a": ("a", "u", "o", "ea"), "ay": ("i", "y", "ei", "ai"), "e": ("e", "a", "u", "oe", "ie"), "ey": ("a", "e"),
    "i": ("i", "e", "y"), "o": ("o", "au", "aw", "al", "eo"), "u": ("u", "o", "e", "i"), "ua": ("i", "y", "a"),
    "ue": ("e",), "ui": ("i", "e"), "uo": ("a", "o"), "yu": ("u", "o", "e"), "ya": ("a", "ja", "y"),
    "y": ("y", "i", "u"),
}  # fmt: skip
_SIGNS = re.compile("|".join(f"({pattern})" for pattern, _ in _FOREIGN))
_LETTERS = re.compile("|".join(f"({pattern})" for pattern, _ in _TYPED))
_REPEATED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiouy]+")


@functools.lru_cache(KNOWN_MAX)
def key(word: str, mark: str = MARK) -> str:
    """The key that a word of small Latin letters is kept under."""
    return mark + _joined(_sign(_FOREIGN[_rule(found)][1], found) for found in _SIGNS.finditer(word))


@functools.lru_cache(KNOWN_MAX)
def keys(word: str) -> frozenset[str]:
    """The keys that a word typed in Cyrillic, written in Latin since, may be kept under; none if it is too short."""
    return frozenset(each for each in _all_keys(word) if len(each) > SOUNDS_MIN)


def _all_keys(word: str) -> set[str]:
    choices = [[_sign(sign, found) for sign in _TYPED[_rule(found)][1]] for found in _LETTERS.finditer(word)]
    return {MARK + _joined(signs) for signs in itertools.islice(itertools.product(*choices), KEYS_MAX)}


def fits(typed: str, word: str) -> bool:
    """Whether a word under one of the keys may be meant: a short one must have a fitting first vowel, and before it the
    same consonants. Garcia and Grace have one key.
    """
    if len(key(word)) > SHORT + 1:
        return True
    vowels, others = _VOWELS.search(typed), _VOWELS.search(word)
    if vowels is None or others is None:
        return False
    if vowels.start() and key(word[: others.end()]) not in _all_keys(typed[: vowels.end()]):
        return False
    known = (_FIRST[vowels.group()[:length]] for length in (2, 1) if vowels.group()[:length] in _FIRST)
    return word[others.start() :].startswith(next(known))


def sounds_like(typed: str, word: str) -> bool:
    """Whether a foreign word may be what another means that was typed in Cyrillic; both in small Latin letters."""
    return key(word) in keys(typed) and fits(typed, word)


def _rule(found: re.Match[str]) -> int:
    """Which rule fitted: each is a group of its own."""
    return (found.lastindex or 1) - 1


def _sign(sign: str, found: re.Match[str]) -> str:
    return found.group().upper() if sign == _ITSELF else sign


def _joined(signs: Iterable[str]) -> str:
    return _REPEATED.sub(r"\1", "".join(signs))
