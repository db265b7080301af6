"""One spelling for what people write in many: case, ё, accents, Cyrillic and its transliterations.

``latin`` writes any text in small Latin letters by one fixed scheme, so that Юлия and Yuliya can be compared letter by
letter. ``sound`` folds what the schemes (GOST, passports of several years, BGN, habit) write differently, so that
Yuliya, Iuliia, Julija and Юлия end in one key.
"""

import functools
import operator
import re
import unicodedata

KNOWN_MAX = 1 << 15  # a text is asked about several times in a row: by its column, by the one beside it

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u", "ә": "a", "қ": "k", "ң": "n", "ғ": "g", "ү": "u",
    "ұ": "u", "ө": "o", "һ": "h",
}  # fmt: skip
_LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
_TO_LATIN = str.maketrans(_CYRILLIC | _LETTERS)
_SPACES = re.compile(r"[^0-9a-z]+")
_NO_FIGURES = re.compile(r"\D+")
_DIGITS = str.maketrans({chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0xFF10) for n in range(10)})
# What is folded, and to what; before several folds a sign without which none of them has anything to do.
_FOLDS = tuple(
    (re.compile(sign), tuple((re.compile(pattern), to) for pattern, to in folds))
    for sign, folds in (
        (
            r"[cqxw]|[kp]h|t[sz]|s[hz]",
            (
                (r"shch|sch|sc(?=[hi])|shh|sz", "sh"),
                (r"tch|cz", "ch"),
                (r"ck|q|c(?![hiey])", "k"),
                (r"x", "ks"),
                (r"kh", "h"),
                (r"ph", "f"),
                (r"tz|ts|tc|c(?=[iey])", "s"),
                (r"w", "v"),
            ),
        ),
        (
            r"[yij]",
            (
                (r"\b[yij]+(?=e)", ""),
                (r"\b[yij]+(?=[aou])", "1"),
                (r"(?<=[bdfghklmnprstvz])[yij]+o(?=[a-z])", "e"),
                (r"[yij]+(?=[aeou])", ""),
                (r"[yij]+", "i"),
                (r"(?<=[aeou])i\b", ""),
            ),
        ),
    )
)
_REPEATED = re.compile(r"([a-z])\1+")


@functools.lru_cache(KNOWN_MAX)
def latin(text: str) -> str:
    """The text in small Latin letters and figures, words apart by one space."""
    lowered = text.casefold()
    if lowered.isascii() and lowered.isalnum():
        return lowered
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFKC", lowered).translate(_TO_LATIN)
        if not lowered.isascii():
            lowered = unicodedata.normalize("NFD", lowered)
            lowered = "".join(letter for letter in lowered if not unicodedata.combining(letter)).translate(_TO_LATIN)
    return _SPACES.sub(" ", lowered.replace("'", "").replace("`", "").replace("’", "")).strip()


@functools.lru_cache(KNOWN_MAX)
def sound(text: str) -> str:
    """A key that the usual transliterations of one word share; of a text that :func:`latin` gave."""
    for sign, folds in _FOLDS:
        if sign.search(text):
            for pattern, to in folds:
                text = pattern.sub(to, text)
    text = text.replace("1", "i")
    if True in map(operator.eq, text, text[1:]):
        text = _REPEATED.sub(r"\1", text)
    return text.replace(" ", "")


def digits(text: str) -> str:
    """Only the figures of a text, Arabic-Indic and wide ones too."""
    return _NO_FIGURES.sub("", text if text.isascii() else text.translate(_DIGITS))


def has_cyrillic(text: str) -> bool:
    """Whether a text has a Cyrillic letter."""
    return not text.isascii() and any("Ѐ" <= letter <= "ӿ" for letter in text)
