"""Synthetic Russian customers with typed-over repeats, and the truth of who is whom.

Of the rows a fifth are copies of others, typed anew as shops, call centres and web forms type them: short forms, other
spellings and scripts, slips of the finger, changed surnames, moved households, other phones, gaps. Families share a
surname, an address and at times a phone: they are what a matcher must not take for one person. Everything follows from
the seed.
"""

import csv
import functools
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniloom.identity import match

COPIES = 0.2
FAMILIES = 0.25
_LETTERS = "аеиорнтслвкмдпуыьгзбч"
_DOMAINS = ("mail.example", "post.example", "box.example", "inbox.example", "firm.example")
_TO_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
})  # fmt: skip

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]


class Customers(NamedTuple):
    """The table, and for each row the number of the person it is about."""

    table: pa.Table
    people: Numbers


class _Lists(NamedTuple):
    given: Texts  # by number; the first are men's
    men: int
    short: list[list[str]]
    surnames: Texts  # a man's form
    surname_odds: npt.NDArray[np.float64]
    cities: Texts
    city_odds: npt.NDArray[np.float64]
    streets: list[str]


@functools.cache
def _lists() -> _Lists:
    folder = Path(__file__).parent
    words = tomllib.loads((folder / "customers.toml").read_text(encoding="utf-8"))
    with (Path(match.__file__).parent / "nicknames.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["name"].isascii()]
    rows.sort(key=lambda row: row["sex"], reverse=True)
    with (folder / "surnames.csv").open(encoding="utf-8", newline="") as file:
        common = [(row["root"], row["ending"]) for row in csv.DictReader(file)]
    made = [
        a + b + c for a in words["beginnings"] for b in words["middles"] for c in ("ов", "ин", "ский", "енко", "ев")
    ]
    surnames = [a + b for a, b in common] + made
    odds = np.concatenate([1.0 / (np.arange(len(common)) + 8), np.full(len(made), 3.0 / len(made))])
    people = 1.0 / (np.arange(len(words["cities"])) + 3)
    return _Lists(
        np.array([row["name"] for row in rows], object), sum(row["sex"] == "m" for row in rows),
        [row["short_forms"].split() for row in rows], np.array(surnames, object), odds / odds.sum(),
        np.array(words["cities"], object), people / people.sum(), words["streets"],
    )  # fmt: skip


def _feminine(surname: str) -> str:
    if surname.endswith(("ский", "цкий")):
        return surname[:-2] + "ая"
    return surname + "а" if surname.endswith(("ов", "ев", "ёв", "ин")) else surname


def _patronymic(name: str, is_man: bool) -> str:
    stem = {"Илья": "Иль", "Никита": "Никит", "Лев": "Льв", "Павел": "Павл", "Пётр": "Петр"}.get(name, name)
    if stem.endswith("й"):
        return stem[:-1] + ("евич" if is_man else "евна")
    if stem.endswith("ь"):
        return stem[:-1] + ("евич" if is_man else "евна")
    return stem + ("ович" if is_man else "овна")


class _Maker:
    """Makes columns; every draw comes from one generator."""

    def __init__(self, rows: int, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.copies = round(rows * COPIES)
        self.originals = rows - self.copies
        self.lists = _lists()
        self.addresses_taken: dict[str, int] = {}
        self.of = self.draw.integers(0, self.originals, self.copies)

    def some(self, part: float) -> npt.NDArray[np.bool_]:
        """Which copies something happens to."""
        return np.asarray(self.draw.random(self.copies) < part)

    def people(self) -> dict[str, Texts]:
        """The originals."""
        n, draw, lists = self.originals, self.draw, self.lists
        home = np.arange(n)
        family = np.flatnonzero(draw.random(n) < FAMILIES)
        family = family[family > 0]
        home[family] = home[family - 1]  # the one before, whose family it is
        is_man = draw.random(n) < 0.47
        weights = 1.0 / (np.arange(len(lists.given)) % 50 + 4)
        men = weights[: lists.men] / weights[: lists.men].sum()
        women = weights[lists.men :] / weights[lists.men :].sum()
        given = np.where(is_man, draw.choice(lists.men, n, p=men),
                         lists.men + draw.choice(len(lists.given) - lists.men, n, p=women))  # fmt: skip
        father = draw.choice(lists.men, n, p=men)
        surname = lists.surnames[draw.choice(len(lists.surnames), n, p=lists.surname_odds)][home]
        women_s = {name: _feminine(name) for name in lists.surnames}
        forms = {(f, m): _patronymic(lists.given[f], m) for f in range(lists.men) for m in (True, False)}
        born = np.datetime64("1940-01-01") + draw.integers(0, 25_000, n)
        found = {
            "given": lists.given[given], "number": given.astype(object),
            "surname": np.array([s if m else women_s[s] for s, m in zip(surname, is_man, strict=True)], object),
            "patronymic": np.array([forms[f, bool(m)] for f, m in zip(father, is_man, strict=True)], object),
            "born": born.astype(str).astype(object),
            "city": lists.cities[draw.choice(len(lists.cities), n, p=lists.city_odds)][home],
        }  # fmt: skip
        found["phone"] = self.phones(n)
        shares = family[draw.random(len(family)) < 0.4]
        found["phone"][shares] = found["phone"][home[shares]]
        found["address"] = self.addresses(n)[home]
        found["email"] = self.emails(found["given"], found["surname"], found["born"])
        return found

    def phones(self, n: int) -> Texts:
        return np.array([f"9{number:09}" for number in self.draw.integers(0, 10**9, n).tolist()], object)

    def addresses(self, n: int) -> Texts:
        street, house, flat = (self.draw.integers(low, high, n).tolist() for low, high in
                               ((0, len(self.lists.streets)), (1, 180), (1, 250)))  # fmt: skip
        return np.array(
            [f"ул. {self.lists.streets[s]}, д. {h}, кв. {f}" for s, h, f in zip(street, house, flat, strict=True)],
            object,
        )

    def emails(self, given: Texts, surname: Texts, born: Texts) -> Texts:
        """Addresses as people choose them; of two alike the second got a number, as the provider told it."""
        latin = {name: name.lower().translate(_TO_LATIN) for name in {*given, *surname}}
        kind, number, domain = (self.draw.integers(0, high, len(given)).tolist() for high in (4, 1000, len(_DOMAINS)))
        wished = [
            (f"{latin[g]}.{latin[s]}", f"{latin[s]}{b[:4]}", f"{latin[g][0]}{latin[s]}{k}",
             f"{latin[s]}_{latin[g]}{k}")[way] + "@" + _DOMAINS[d]
            for g, s, b, way, k, d in zip(given, surname, born, kind, number, domain, strict=True)
        ]  # fmt: skip
        for row, address in enumerate(wished):
            times = self.addresses_taken.get(address, 0)
            self.addresses_taken[address] = times + 1
            if times:
                wished[row] = address.replace("@", f"{times}@" if "_" not in address else f".{times}@")
        return np.array(wished, object)

    def typed(self, texts: Texts, which: npt.NDArray[np.bool_], letters: str = _LETTERS) -> None:
        """A slip of the finger in some of the texts: a letter left out, doubled, changed, or two changed about."""
        rows = np.flatnonzero(which)
        ways = self.draw.integers(0, 4, len(rows)).tolist()
        places = self.draw.random(len(rows)).tolist()
        others = self.draw.integers(0, len(letters), len(rows)).tolist()
        for row, way, at, other in zip(rows.tolist(), ways, places, others, strict=True):
            text = texts[row]
            if not text or len(text) < 3:
                continue
            p = 1 + int(at * (len(text) - 2))
            left, right = text[:p], text[p + 1 :]
            changed = (left + right, left + text[p] * 2 + right, left + letters[other] + right,
                       left + text[p + 1] + text[p] + right[1:])  # fmt: skip
            texts[row] = changed[way]

    def change(self, texts: Texts, part: float, way: Callable[[str], str | None]) -> None:
        """Something else in some of the copies."""
        for row in np.flatnonzero(self.some(part)).tolist():
            if texts[row] is not None:
                texts[row] = way(texts[row])

    def copy(self, people: dict[str, Texts]) -> dict[str, Texts]:
        """The copies, typed anew."""
        c = {name: column[self.of].copy() for name, column in people.items()}
        draw, lists = self.draw, self.lists
        for row in np.flatnonzero(self.some(0.12)).tolist():
            forms = lists.short[c["number"][row]]
            c["given"][row] = forms[int(draw.integers(0, len(forms)))]
        married = np.flatnonzero(self.some(0.03) & np.array([s[-1] in "ая" for s in c["surname"]]))
        new = lists.surnames[draw.choice(len(lists.surnames), len(married), p=lists.surname_odds)]
        c["surname"][married] = [_feminine(name) for name in new]
        self.typed(c["given"], self.some(0.05))
        self.typed(c["surname"], self.some(0.08))
        self.typed(c["patronymic"], self.some(0.04))
        self.typed(c["email"], self.some(0.04), "aeioutnrs1")
        self.typed(c["phone"], self.some(0.03), "0123456789")
        self.typed(c["address"], self.some(0.05))
        moved = np.flatnonzero(self.some(0.1))
        c["address"][moved] = self.addresses(len(moved))
        away = moved[draw.random(len(moved)) < 0.3]
        c["city"][away] = lists.cities[draw.choice(len(lists.cities), len(away), p=lists.city_odds)]
        other = np.flatnonzero(self.some(0.12))
        c["phone"][other] = self.phones(len(other))
        other = np.flatnonzero(self.some(0.15))
        c["email"][other] = self.emails(c["given"][other], c["surname"][other], c["born"][other])
        self.change(c["born"], 0.02, lambda born: f"{born[:4]}-{born[8:]}-{born[5:7]}" if born[8:] <= "12" else born)
        self.typed_date(c["born"])
        self.spell(c)
        return c

    def typed_date(self, born: Texts) -> None:
        """Another figure in some of the days."""
        for row in np.flatnonzero(self.some(0.03)).tolist():
            place = (2, 3, 6, 9)[int(self.draw.integers(0, 4))]
            born[row] = born[row][:place] + str(int(self.draw.integers(0, 10))) + born[row][place + 1 :]

    def spell(self, c: dict[str, Texts]) -> None:
        """Ways of writing: Latin letters, capitals, ё as е, name and surname changed about, addresses in short."""
        for row in np.flatnonzero(self.some(0.05)).tolist():
            for name in ("given", "surname", "patronymic"):
                c[name][row] = c[name][row].lower().translate(_TO_LATIN).title()
        for name in ("given", "surname", "patronymic", "city"):
            self.change(c[name], 0.5, lambda text: text.replace("ё", "е").replace("Ё", "Е"))
            self.change(c[name], 0.05, str.upper)
        swapped = np.flatnonzero(self.some(0.02))
        c["given"][swapped], c["surname"][swapped] = c["surname"][swapped], c["given"][swapped]
        self.change(c["address"], 0.3, lambda a: a.replace("ул. ", "").replace(", д. ", " ").replace(", кв. ", "-"))
        self.change(c["city"], 0.2, lambda city: f"г. {city}")
        self.change(c["patronymic"], 0.25, lambda _: None)


def _written(maker: _Maker, column: Texts, gaps: float) -> None:
    column[maker.draw.random(len(column)) < gaps] = None


def make(rows: int, seed: int = 1) -> Customers:
    """So many rows, a fifth of them copies, in random order."""
    maker = _Maker(rows, seed)
    people = maker.people()
    copies = maker.copy(people)
    order = maker.draw.permutation(rows)
    number = np.concatenate([np.arange(maker.originals), maker.of])[order]
    whole = {name: np.concatenate([people[name], copies[name]])[order] for name in people if name != "number"}
    for name, gaps in (("patronymic", 0.1), ("born", 0.12), ("phone", 0.1), ("email", 0.3), ("address", 0.25),
                       ("city", 0.08), ("given", 0.01)):  # fmt: skip
        _written(maker, whole[name], gaps)
    _forms(
        maker,
        whole["phone"],
        (lambda p: f"+7{p}", lambda p: f"8 ({p[:3]}) {p[3:6]}-{p[6:8]}-{p[8:]}", lambda p: f"7{p}"),
    )
    _forms(maker, whole["born"], (lambda b: b, lambda b: f"{b[8:]}.{b[5:7]}.{b[:4]}"))
    titles = {"surname": "Фамилия", "given": "Имя", "patronymic": "Отчество", "born": "Дата рождения",
              "phone": "Телефон", "email": "E-mail", "city": "Город", "address": "Адрес"}  # fmt: skip
    columns = {"id": pa.array([f"c{n:07}" for n in range(rows)])}
    columns |= {title: pa.array(whole[name].tolist(), pa.string()) for name, title in titles.items()}
    return Customers(pa.table(columns), number)


def _forms(maker: _Maker, column: Texts, ways: Sequence[Callable[[str], str]]) -> None:
    """Write each value in one of several ways."""
    way = maker.draw.integers(0, len(ways), len(column)).tolist()
    column[:] = [None if value is None else ways[w](value) for value, w in zip(column, way, strict=True)]
