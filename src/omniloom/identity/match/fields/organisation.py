"""The name of a company or shop: its legal form and quotation marks are not part of it."""

import re

import numpy as np

from omniloom.identity.match.field import (
    Comparison,
    Field,
    Level,
    Parts,
    alike,
    same,
    share,
    shared_words,
    typed_over,
)
from omniloom.identity.match.spelling import latin
from omniloom.identity.match.values import Floats, Mask

_FORMS = frozenset((
    "ooo", "oao", "zao", "pao", "ao", "ip", "nko", "ano", "fgup", "mup", "gup", "llc", "ltd", "limited", "inc",
    "incorporated", "corp", "corporation", "co", "company", "gmbh", "ag", "sa", "bv", "nv", "plc", "llp", "lp", "oy",
    "ab", "as", "spa", "srl", "sarl", "pty", "the", "group", "gruppa", "kompaniya", "firma", "holding", "kholding",
))  # fmt: skip
_LEGAL = re.compile(r"(?i)\b(?:ооо|оао|зао|пао|ао|ип|llc|ltd|limited|inc|corp|corporation|gmbh|plc|company|co)\b|[«»]")


def _normalise(value: str) -> Parts:
    words = latin(value.replace("&", " and ")).split()
    bare = [word for word in words if word not in _FORMS] or words
    return (" ".join(bare) or None, " ".join(sorted(set(bare))) or None, bare[0] if bare else None)


def _most(shared: Floats, one: Floats, other: Floats) -> Mask:
    return np.asarray(shared * 3 >= np.maximum(one, other) * 2)


def _half(shared: Floats, one: Floats, other: Floats) -> Mask:
    return np.asarray(shared * 2 >= np.maximum(one, other))


FIELD = Field(
    title="Organisation",
    headers=("company", "organisation", "organization", "business", "firm", "employer", "компания", "организация",
             "юрлицо", "наименование организации", "company name", "legal name", "business name", "контрагент"),
    looks_like=lambda values: share(values, lambda value: _LEGAL.search(value) and any(map(str.isalpha, value))),
    parts=("name", "words", "first"),
    normalise=_normalise,
    comparisons=(
        Comparison("Organisation", ("name",), (
            same("name", 0.55, "the same"),
            same("words", 0.05, "the same words in another order"),
            typed_over("name", 2, 0.12, "one or two letters apart", letters_min=5),
            Level("most words the same", shared_words("words", _most), 0.08),
            alike("name", 0.9, 0.06, "similar"),
            Level("half of the words the same", shared_words("words", _half), 0.05),
        ), 0.09),
    ),
    keys=("name", "words", "first"),
    rank=42,
    survivorship="source",
    examples={
        "ООО «Ромашка»": ("romashka", "romashka", "romashka"),
        "Romashka LLC": ("romashka", "romashka", "romashka"),
        "Smith & Sons Ltd.": ("smith and sons", "and smith sons", "smith"),
    },
)  # fmt: skip
