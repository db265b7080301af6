"""A number that an authority gave: passport, СНИЛС, ИНН, social security, driving licence."""

from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Parts, same, typed_over
from omniloom.identity.match.spelling import latin


def _normalise(value: str) -> Parts:
    number = latin(value).replace(" ", "")
    return (number if len(number) >= 4 and len(set(number)) > 1 else None,)


def _never(_values: Sequence[str]) -> float:
    return 0.0  # any number may be one: only its name tells


FIELD = Field(
    title="Number of an authority",
    headers=("ssn", "soc sec id", "social security", "social security number", "national id", "passport", "снилс",
             "инн", "паспорт", "snils", "inn", "passport number", "tax id", "nino", "nhs number", "medicare", "tin",
             "driver license", "driving licence", "licence number", "personal number", "огрн", "vat", "номер паспорта",
             "серия и номер паспорта", "ogrn", "soc sec", "medicare number", "isbn", "ean", "upc", "gtin", "doi"),
    looks_like=_never,
    parts=("number",),
    normalise=_normalise,
    comparisons=(
        Comparison("Number of an authority", ("number",), (
            same("number", 0.86, "the same"),
            typed_over("number", 1, 0.08, "one figure apart", letters_min=5),
            typed_over("number", 2, 0.03, "two figures apart", letters_min=6),
        ), 0.03),
    ),
    keys=("number",),
    rank=99,
    survivorship="source",
    examples={"4510 123456": ("4510123456",), "112-233-445 95": ("11223344595",), "0000": (None,)},
)  # fmt: skip
