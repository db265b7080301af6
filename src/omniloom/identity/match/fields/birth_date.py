"""A date of birth as eight figures, whatever way it was written; day and month are not guessed where both may be.

``03/04/1980`` is read as the day first (as Russia and most of the world write); a part over 12 decides it otherwise.
A two-digit year is read as the latest one that lies in the past of 2030. A date that cannot be is kept as its figures:
the typing error in it may be what tells two records apart from two people.
"""

import re
from collections.abc import Sequence

from omniloom.identity.match.field import (
    Comparison,
    Field,
    Level,
    Parts,
    both,
    equal,
    same,
    share,
    some_equal,
    typed_over,
)
from omniloom.identity.match.spelling import digits, latin

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan yan", "feb fev", "mar", "apr", "may maya", "jun iyun", "jul iyul", "aug avg", "sep sen", "oct okt",
         "nov noy", "dec dek"), 1)
    for name in names.split()
}  # fmt: skip
_YEAR_LAST, _CENTURY_TURN = 2030, 30
_THREE = re.compile(r"(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_NOBODY = frozenset(("19000101", "19700101", "00000000", "18991230", "19010101", "99991231"))


def _valid(year: int, month: int, day: int) -> bool:
    return 1850 <= year <= _YEAR_LAST and 1 <= month <= 12 and 1 <= day <= 31


def _year(text: str) -> int:
    year = int(text)
    if len(text) <= 2:
        return year + (2000 if year <= _CENTURY_TURN else 1900)
    return year


def _figures(value: str) -> str:
    """The eight figures of a date; other figures where it is none."""
    if not value.isdecimal() and (written := _written(value)):
        return written
    plain = digits(value)
    if len(plain) == 8 and not _valid(int(plain[:4]), int(plain[4:6]), int(plain[6:])):
        day, second, year = int(plain[:2]), int(plain[2:4]), int(plain[4:])
        if _valid(year, second, day):
            return f"{year:04}{second:02}{day:02}"
    return plain


def _written(value: str) -> str:
    """The figures of a date whose day, month and year stand apart; "" if they do not."""
    if iso := _ISO.fullmatch(value):
        return "".join(iso.groups())
    words = latin(value)
    month = next((number for word in words.split() if (number := _MONTHS.get(word[:4]) or _MONTHS.get(word[:3]))), 0)
    if month:
        numbers = re.findall(r"\d+", words)
        if len(numbers) >= 2:
            day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
            return f"{_year(year):04}{month:02}{int(day):02}"
    three = _THREE.match(words.replace(" ", "."))
    return _of_three(*three.groups()) if three else ""


def _of_three(first: str, second: str, third: str) -> str:
    if len(first) == 4:
        return f"{int(first):04}{int(second):02}{int(third):02}"
    day, month, year = int(first), int(second), _year(third)
    if month > 12 >= day:
        day, month = month, day
    return f"{year:04}{month:02}{day:02}"


def _normalise(value: str) -> Parts:
    figures = _figures(value.strip())
    if len(figures) < 4 or figures in _NOBODY:
        return (None, None, None, None, None)
    if len(figures) != 8:
        return (figures, None, None, None, None)
    return (figures, figures[:4], figures[4:], figures[4:6], figures[6:])


def _is_turned(day: str, other: str) -> bool:
    return day == other[2:] + other[:2]


def _looks_like(values: Sequence[str]) -> float:
    def is_date(value: str) -> bool:
        figures = _figures(value.strip()) if any(letter.isdigit() for letter in value) else ""
        return len(figures) == 8 and _valid(int(figures[:4]), int(figures[4:6]), int(figures[6:]))

    return share(values, is_date)


FIELD = Field(
    title="Date of birth",
    headers=("date of birth", "dob", "birth date", "birthdate", "birthday", "born", "дата рождения", "др", "рождение",
             "день рождения", "data rozhdeniya", "bdate", "birth", "dateofbirth", "date birth"),
    looks_like=_looks_like,
    parts=("date", "year", "day", "month", "monthday"),
    normalise=_normalise,
    comparisons=(
        Comparison("Date of birth", ("date",), (
            same("date", 0.82, "the same", weighs_frequency=False),
            Level("day and month changed about",
                  both(equal("year"), lambda days, one, two: days.told(one, two, _is_turned), "day"), 0.01),
            typed_over("date", 1, 0.08, "one figure apart"),
            Level("two of day, month and year are the same", some_equal(("year", "month", "monthday"), 2), 0.03),
            typed_over("date", 2, 0.02, "two figures apart"),
            Level("the same year", equal("year"), 0.02),
        ), 0.02),
    ),
    keys=("date", "year", "day"),
    rank=30,
    survivorship="source",
    examples={
        "1980-04-03": ("19800403", "1980", "0403", "04", "03"),
        "03.04.1980": ("19800403", "1980", "0403", "04", "03"),
        "3/4/80": ("19800403", "1980", "0403", "04", "03"),
        "04/23/1980": ("19800423", "1980", "0423", "04", "23"),
        "19560409": ("19560409", "1956", "0409", "04", "09"),
        "09041956": ("19560409", "1956", "0409", "04", "09"),
        "3 апреля 1980 г.": ("19800403", "1980", "0403", "04", "03"),
        "April 3, 1980": ("19800403", "1980", "0403", "04", "03"),
        "1980-04-03T00:00:00Z": ("19800403", "1980", "0403", "04", "03"),
        "19561399": ("19561399", "1956", "1399", "13", "99"),
        "01.01.1900": (None, None, None, None, None),
        "unknown": (None, None, None, None, None),
    },
)  # fmt: skip
