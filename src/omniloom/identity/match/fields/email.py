"""An e-mail address: letters of any case, what stands before the @ also by itself."""

import re

from omniloom.identity.match.field import Comparison, Field, Parts, alike, same, share, typed_over
from omniloom.identity.match.spelling import latin

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _normalise(value: str) -> Parts:
    address = value.strip().casefold().removeprefix("mailto:")
    name, at, domain = address.partition("@")
    name = name.partition("+")[0]
    if not at or not name:
        return (None, None)
    if domain in {"gmail.com", "googlemail.com"}:
        name, domain = name.replace(".", ""), "gmail.com"
    elif domain in {"ya.ru", "yandex.com", "yandex.ru"}:
        name, domain = name.replace(".", "-"), "yandex.ru"
    return (f"{name}@{domain}", latin(name).replace(" ", "") or None)


FIELD = Field(
    title="E-mail",
    headers=("email", "e mail", "mail", "email address", "почта", "эл почта", "электронная почта", "имейл", "емейл",
             "pochta"),
    looks_like=lambda values: share(values, lambda value: _ADDRESS.fullmatch(value.strip())),
    parts=("address", "name"),
    normalise=_normalise,
    comparisons=(
        Comparison("E-mail", ("address",), (
            same("address", 0.75, "the same"),
            typed_over("address", 2, 0.08, "one or two letters apart", letters_min=8),
            same("name", 0.04, "the same before the @"),
            alike("address", 0.92, 0.03, "similar"),
        ), 0.1),
    ),
    keys=("address", "name"),
    rank=10,
    survivorship="recency",
    examples={
        "Anna.Petrova@Example.com": ("anna.petrova@example.com", "annapetrova"),
        "a.b.c+shop@gmail.com": ("abc@gmail.com", "abc"),
        "ivan.petrov@ya.ru": ("ivan-petrov@yandex.ru", "ivanpetrov"),
        "nobody": (None, None),
    },
)  # fmt: skip
