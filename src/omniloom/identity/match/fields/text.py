"""Any other text of several words, such as a product's title: likeness is the share of common words."""

from collections.abc import Sequence

import numpy as np

from omniloom.identity.match.field import Comparison, Field, Level, Parts, alike, same, shared_words
from omniloom.identity.match.likeness import Condition
from omniloom.identity.match.spelling import latin
from omniloom.identity.match.values import Floats, Mask

WORDS_MAX = 40


def _normalise(value: str) -> Parts:
    words = latin(value).split()[:WORDS_MAX]
    return (" ".join(words) or None, " ".join(sorted(set(words))) or None)


def _never(_values: Sequence[str]) -> float:
    return 0.0


def _tenths(least: int) -> Condition:
    """So many tenths of the words that either has are in both."""

    def is_enough(shared: Floats, one: Floats, other: Floats) -> Mask:
        return np.asarray(shared * 10 >= (one + other - shared) * least)

    return shared_words("words", is_enough)


FIELD = Field(
    title="Text",
    headers=("title", "description", "product", "product name", "название", "наименование", "описание", "заголовок",
             "товар", "authors", "venue", "item", "model", "brand", "manufacturer", "бренд", "производитель"),
    looks_like=_never,
    parts=("text", "words"),
    normalise=_normalise,
    comparisons=(
        Comparison("Text", ("text",), (
            same("text", 0.35, "the same"),
            Level("nearly all words the same", _tenths(8), 0.15),
            alike("text", 0.94, 0.1, "similar"),
            Level("most words the same", _tenths(6), 0.13),
            Level("some words the same", _tenths(4), 0.12),
            Level("few words the same", _tenths(2), 0.08),
        ), 0.07),
    ),
    keys=("text", "words", "words#1", "words#2"),
    rank=99,
    survivorship="completeness",
    examples={"Red  Shoe, 42": ("red shoe 42", "42 red shoe"), "": (None, None)},
    is_identity=False,
)  # fmt: skip
