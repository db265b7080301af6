"""Names of people: order of ФИО, short forms, patronymics, sex-agreeing surnames; Russian and English."""

import csv
import functools
import re
from pathlib import Path
from typing import NamedTuple

from omniloom.identity.match import skeleton
from omniloom.identity.match.spelling import has_cyrillic, latin, sound

_PATRONYMIC = re.compile(
    r"\w{2,}(ovich|evich|yevich|ovna|evna|yevna|ichna|inichna|lyich|lich|mich|kich|ogly|oglu|kyzy|kizi)|ily?ich"
)
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "mx", "jr", "sr", "ii", "iii", "iv", "g n", "gn", "gospodin")
)
_FEMALE_SURNAME = ("ova", "eva", "ina", "yna")
_ADJECTIVE = re.compile(r"(sk|ck)(aya|iy|ij|ii|yy|y|i)$")
_ADJECTIVE_ENDS = ("aya", "y", "i", "j")
_SURNAME = re.compile(
    r"\w+(ov|ev|in|yn|ova|eva|ina|yna|skiy|skaya|sky|tskiy|tskaya|enko|uk|yuk|chuk|yan|dze|shvili|ykh|ikh)$"
)


class PersonName(NamedTuple):
    """The parts of a name, in small Latin letters."""

    given: str = ""
    surname: str = ""
    patronymic: str = ""


# Endings that tell a sex, and of how many letters at least what stands before them must be.
_PATRONYMICS = {
    "m": ("ovich", "evich", "lyich", "lich", "mich", "kich", "ogly", "oglu"),
    "f": ("ovna", "evna", "ichna", "inichna", "kyzy", "kizi"),
}
_SURNAMES = {
    "m": ("ov", "ev", "in", "skiy", "skij", "skii", "tskiy"),
    "f": ("ova", "eva", "ina", "skaya", "tskaya", "skaia"),
}


@functools.cache
def _listed() -> list[tuple[str, str, list[str]]]:
    """Key of a name, its sex, and the sounds of its forms."""
    with (Path(__file__).parent / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["name"], row["sex"], row["short_forms"].split()) for row in csv.DictReader(file)]
    return [(sound(latin(n)), sex, [sound(latin(form)) for form in (n, *forms)]) for n, sex, forms in rows]


@functools.cache
def _known() -> dict[str, str]:
    """A form's sound -> the key of its full name; a full name is its own, a form of several names is of the first."""
    full = {key: key for key, _, _ in _listed()}
    forms: dict[str, str] = {}
    for key, _, sounds in _listed():
        for form in sounds:
            forms.setdefault(form, key)
    return forms | full


@functools.cache
def _sexes() -> dict[str, str]:
    """A form's sound -> "m", "f", or "fm" where it may be either."""
    found: dict[str, set[str]] = {}
    for _, sex, sounds in _listed():
        for form in sounds:
            found.setdefault(form, set()).add(sex)
    return {form: "".join(sorted(sexes)) for form, sexes in found.items()}


def given_key(text: str) -> str:
    """The key that the spellings and short forms of one given name share; of a text in small Latin letters."""
    folded = sound(text)
    return _known().get(folded, folded)


def is_given(text: str) -> bool:
    """Whether a word in small Latin letters is a known given name or a short form of one."""
    return sound(text) in _known()


@functools.cache
def _foreign() -> dict[str, list[str]]:
    """The given names that are written in Latin, and their forms, by the key they sound by."""
    with (Path(__file__).parent / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        names = [form for row in csv.DictReader(file) for form in (row["name"], *row["short_forms"].split())]
    found: dict[str, list[str]] = {}
    for name in map(latin, filter(str.isascii, names)):
        found.setdefault(skeleton.key(name), []).append(name)
    return found


def is_foreign_given(text: str) -> bool:
    """Whether a word typed in Cyrillic, in small Latin letters by now, is what a given name of another language is
    called: dzhon is John.
    """
    return any(skeleton.fits(text, name) for each in skeleton.keys(text) for name in _foreign().get(each, ()))


def is_patronymic(text: str) -> bool:
    """Whether a word in small Latin letters ends like a patronymic."""
    return _PATRONYMIC.fullmatch(text) is not None


def surname_key(text: str) -> str:
    """The key that the spellings of one family's surname share, Иванов's and Иванова's too."""
    joined = text.replace(" ", "")
    if joined.endswith(_FEMALE_SURNAME):
        joined = joined[:-1]
    elif joined.endswith(_ADJECTIVE_ENDS):
        joined = _ADJECTIVE.sub(r"\1i", joined)
    return sound(joined)


def patronymic_key(text: str) -> str:
    """The key that the spellings of a patronymic share, a brother's and a sister's too."""
    return sound(re.sub(r"(ovich|evich|yevich|ovna|evna|yevna|ich|ichna|inichna)$", "", text.replace(" ", "")))


def parse(text: str) -> PersonName:
    """The parts of a whole name, whatever their order."""
    if "," in text:
        surname, _, rest = text.partition(",")
        words = [word for word in latin(rest).split() if word not in _TITLES]
        given = [word for word in words if not is_patronymic(word)]
        return PersonName(" ".join(given), latin(surname), " ".join(word for word in words if is_patronymic(word)))
    words = [word for word in latin(text.replace("-", "")).split() if word not in _TITLES]
    if len(words) < 2:
        known = bool(words) and is_given(words[0])
        return PersonName(given=words[0]) if known else PersonName(surname=" ".join(words))
    patronymics = [word for word in words[1:] if is_patronymic(word)]
    if patronymics:
        place = words.index(patronymics[0], 1)
        others = words[: place - 1] + words[place + 1 :]
        if others:
            return PersonName(words[place - 1], " ".join(others), patronymics[0])
        return PersonName(words[0], "", patronymics[0])
    return _two_words(words, text)


def _two_words(words: list[str], text: str) -> PersonName:
    """First and last word, the likelier given name told by lists, then endings, then the script's habit."""
    first, last = words[0], words[-1]
    votes = (is_given(last) - is_given(first)) + (bool(_SURNAME.match(first)) - bool(_SURNAME.match(last)))
    if not votes and has_cyrillic(text):
        votes = is_foreign_given(last) - is_foreign_given(first)
    surname_first = votes > 0 or (votes == 0 and not text.isascii() and latin(text) != text.casefold())
    if surname_first:
        return PersonName(" ".join(words[1:]), first)
    return PersonName(" ".join(words[:-1]), last)


def sex_of(name: PersonName) -> str | None:
    """The sex that a Russian name tells ("m" or "f"): the patronymic first, then the given name, then the surname."""
    if name.patronymic and (told := _told_by_end(name.patronymic, _PATRONYMICS, 1)):
        return told
    if name.given and (known := _sexes().get(sound(name.given))):
        return known if len(known) == 1 else None
    return _told_by_end(name.surname, _SURNAMES, 2)


def _told_by_end(word: str, endings: dict[str, tuple[str, ...]], letters_min: int) -> str | None:
    """The sex whose ending a word has, behind so many letters at least."""
    for sex, ends in endings.items():
        if word.endswith(ends) and " " not in word:
            return sex if any(word.endswith(end, letters_min) for end in ends) else None
    return None
