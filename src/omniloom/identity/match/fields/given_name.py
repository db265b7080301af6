"""A given name: Саша is Александр, Bob is Robert, Юлия is Iuliia."""

from collections.abc import Sequence

from omniloom.identity.match.field import (
    Comparison,
    Field,
    Level,
    Parts,
    alike,
    begins_other,
    equal,
    in_other_script,
    same,
    share,
    typed_over,
)
from omniloom.identity.match.names import given_key, is_given
from omniloom.identity.match.spelling import has_cyrillic, latin


def _looks_like(values: Sequence[str]) -> float:
    return share(values, lambda value: is_given(latin(value)))


def _normalise(value: str) -> Parts:
    text = latin(value)
    return (text or None, given_key(text) or None, text or None if has_cyrillic(value) else None)


FIELD = Field(
    title="Given name",
    headers=("given name", "first name", "firstname", "givenname", "forename", "fname", "name first", "имя", "imya",
             "given", "first", "christian name"),
    looks_like=_looks_like,
    parts=("text", "key", "cyrillic"),
    normalise=_normalise,
    comparisons=(
        Comparison("Given name", ("text",), (
            same("text", 0.75, "the same"),
            Level("the same name in another form", equal("key"), 0.07, "key"),
            in_other_script("text", "cyrillic", 0.01, "the same in the other alphabet"),
            typed_over("text", 1, 0.06, "one letter apart"),
            typed_over("text", 2, 0.03, "two letters apart", letters_min=6),
            alike("text", 0.88, 0.02, "similar"),
            begins_other("text", 0.01, "one is the other's initial or beginning"),
        ), 0.06),
    ),
    keys=("key", "text:3"),
    rank=60,
    survivorship="completeness",
    examples={
        "Саша": ("sasha", "aleksandr", "sasha"),
        "Александр": ("aleksandr", "aleksandr", "aleksandr"),
        "Aleksandr ": ("aleksandr", "aleksandr", None),
        "Bob": ("bob", "robert", None),
        "ROBERT": ("robert", "robert", None),
        "Алёна": ("alena", "elena", "alena"),
        "  ": (None, None, None),
    },
)  # fmt: skip
