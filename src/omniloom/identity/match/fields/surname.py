"""A surname: Иванова is Ivanov's, Щербаков is Scherbakov, hyphens and apostrophes are spelling."""

import re
from collections.abc import Sequence

from omniloom.identity.match.field import (
    Comparison,
    Field,
    Level,
    Parts,
    alike,
    equal,
    in_other_script,
    same,
    share,
    typed_over,
)
from omniloom.identity.match.names import surname_key
from omniloom.identity.match.spelling import has_cyrillic, latin

_RUSSIAN = re.compile(r"\w{2,}(ov|ev|in|yn|ova|eva|ina|yna|skiy|skaya|enko)$")


def _looks_like(values: Sequence[str]) -> float:
    return share(values, lambda value: _RUSSIAN.match(latin(value)))


def _normalise(value: str) -> Parts:
    text = latin(value).replace(" ", "")
    return (text or None, surname_key(text) or None, text or None if has_cyrillic(value) else None)


FIELD = Field(
    title="Surname",
    headers=("surname", "last name", "lastname", "family name", "familyname", "lname", "name last", "фамилия",
             "familiya", "family", "last", "second name"),
    looks_like=_looks_like,
    parts=("text", "key", "cyrillic"),
    normalise=_normalise,
    comparisons=(
        Comparison("Surname", ("text",), (
            same("text", 0.75, "the same"),
            Level("the same in another spelling or gender", equal("key"), 0.05, "key"),
            in_other_script("text", "cyrillic", 0.01, "the same in the other alphabet"),
            typed_over("text", 1, 0.06, "one letter apart"),
            typed_over("text", 2, 0.03, "two letters apart", letters_min=6),
            alike("text", 0.88, 0.02, "similar"),
        ), 0.09),
    ),
    keys=("key", "text:4"),
    rank=61,
    survivorship="recency",
    examples={
        "Иванова": ("ivanova", "ivanov", "ivanova"),
        "Ivanov": ("ivanov", "ivanov", None),
        "Римский-Корсаков": ("rimskiykorsakov", "rimskikorsakov", "rimskiykorsakov"),
        "O'Brien": ("obrien", "obren", None),
        "Достоевская": ("dostoevskaya", "dostoevski", "dostoevskaya"),
        "Достоевский": ("dostoevskiy", "dostoevski", "dostoevskiy"),
        "": (None, None, None),
    },
)  # fmt: skip
