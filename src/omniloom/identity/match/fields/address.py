"""A postal address in one line: words of its kind (ул., street, д.) fall away, figures are compared by themselves."""

import re

from omniloom.identity.match.field import Comparison, Field, Parts, alike, holds_other, same, share, typed_over
from omniloom.identity.match.spelling import latin

_KINDS = frozenset((
    "ul", "ulitsa", "street", "st", "str", "prospekt", "pr", "prt", "pr t", "prkt", "pereulok", "per", "lane", "ln",
    "bulvar", "b r", "blvd", "boulevard", "shosse", "sh", "highway", "hwy", "ploshchad", "pl", "square", "sq",
    "naberezhnaya", "nab", "proezd", "road", "rd", "avenue", "ave", "av", "drive", "dr", "place", "court", "ct",
    "crescent", "cres", "close", "circuit", "cct", "terrace", "tce", "way", "parade", "pde", "d", "dom", "kv",
    "kvartira", "flat", "apt", "apartment", "unit", "k", "korp", "korpus", "str", "stroenie", "of", "ofis", "g",
    "gorod", "t", "kt", "mkr", "mikrorayon", "prospect", "no", "house",
))  # fmt: skip
_FIGURE = re.compile(r"\d")
_NUMBER = re.compile(r"\d+[a-z]?(?![a-z])|\d+(?=[a-z]{2})")
_LETTERED = re.compile(r"(?<=\d) ([a-z])\b")
_STREET_WORDS = re.compile(
    r"(?i)\b(?:ул|улица|пр-?т|проспект|пер|переулок|ш|шоссе|наб|street|st|road|rd|avenue|ave|lane|drive|blvd)\b"
)


def _normalise(value: str) -> Parts:
    text = bare = latin(value)
    numbers = ""
    if _FIGURE.search(text):
        text = _LETTERED.sub(r"\1", text)
        numbers = " ".join(_NUMBER.findall(text))
        bare = _NUMBER.sub(" ", text)
    words = [word for word in bare.split() if word not in _KINDS]
    street = " ".join(words) or None
    return (street, numbers or None, text or None, numbers.partition(" ")[0] or None)


FIELD = Field(
    title="Address",
    headers=(
        "address",
        "street",
        "address line",
        "address 1",
        "address 2",
        "street address",
        "адрес",
        "улица",
        "addr",
        "адрес доставки",
        "ulitsa",
        "адрес проживания",
        "street name",
        "address1",
        "address2",
        "adres",
    ),
    looks_like=lambda values: share(values, lambda value: _STREET_WORDS.search(value) and len(value) > 8),
    parts=("street", "numbers", "text", "house"),
    normalise=_normalise,
    comparisons=(
        Comparison(
            "Street",
            ("street",),
            (
                same("street", 0.7, "the same"),
                typed_over("street", 2, 0.1, "one or two letters apart", letters_min=6),
                alike("street", 0.9, 0.04, "similar"),
                holds_other("street", 0.02, "one holds the other"),
            ),
            0.14,
        ),
        Comparison(
            "Numbers of the address",
            ("numbers",),
            (
                same("numbers", 0.7, "the same"),
                typed_over("numbers", 1, 0.06, "one figure apart", letters_min=3),
                same("house", 0.06, "the same house", weighs_frequency=False),
            ),
            0.18,
        ),
    ),
    keys=("street", "text"),
    rank=45,
    survivorship="recency",
    examples={
        "ул. Ленина, д. 12, кв. 5": ("lenina", "12 5", "ul lenina d 12 kv 5", "12"),
        "Ленина улица 12-5": ("lenina", "12 5", "lenina ulitsa 12 5", "12"),
        "12A High Street": ("high", "12a", "12a high street", "12a"),
        "": (None, None, None, None),
    },
)
