"""A whole name in one column; it is taken apart, so that the order of ФИО does not matter."""

from collections.abc import Sequence

from omniloom.identity.match.field import Field, Parts, share
from omniloom.identity.match.names import is_given, is_patronymic, parse
from omniloom.identity.match.spelling import latin


def _normalise(value: str) -> Parts:
    name = parse(value)
    return (name.given or None, name.surname or None, name.patronymic or None)


def _looks_like(values: Sequence[str]) -> float:
    def is_name(value: str) -> bool:
        words = latin(value).split()
        if not 2 <= len(words) <= 4 or any(word[0].isdigit() for word in words):
            return False
        return any(is_patronymic(word) for word in words[1:]) or is_given(words[0]) or is_given(words[-1])

    return share(values, is_name)


FIELD = Field(
    title="Full name",
    headers=(
        "full name",
        "name",
        "fio",
        "фио",
        "fullname",
        "customer name",
        "клиент",
        "контактное лицо",
        "contact name",
        "person",
        "покупатель",
        "получатель",
        "customer",
        "фамилия имя отчество",
        "contact",
    ),
    looks_like=_looks_like,
    parts=("given_name", "surname", "patronymic"),
    normalise=_normalise,
    comparisons=(),
    keys=(),
    rank=55,
    survivorship="completeness",
    examples={
        "Иванов Иван Петрович": ("ivan", "ivanov", "petrovich"),
        "Иван Петрович Иванов": ("ivan", "ivanov", "petrovich"),
        "Иванова Анна": ("anna", "ivanova", None),
        "Анна Иванова": ("anna", "ivanova", None),
        "Smith, John": ("john", "smith", None),
        "John Smith": ("john", "smith", None),
        "Mr. Robert De Niro": ("robert de", "niro", None),
        "Маша": ("masha", None, None),
    },
)
