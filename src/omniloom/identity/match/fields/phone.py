"""A phone number by its last ten figures: 8, 7 and +7 are how one number is dialled, an extension is not part of it."""

import re
from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Parts, same, share, typed_over
from omniloom.identity.match.spelling import digits

_EXTENSION = re.compile(r"(?:\s*[,;#xх]|\s*(?:доб|ext|вн)\.?)\s*\d{1,6}\s*$", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s().\-–]{7,20}")
NATIONAL_FIGURES = 10


def _normalise(value: str) -> Parts:
    figures = digits(_EXTENSION.sub("", value))
    if len(figures) < 6 or len(set(figures)) == 1:
        return (None, None)
    national = figures[-NATIONAL_FIGURES:]
    return (national, national[-7:])


def _looks_like(values: Sequence[str]) -> float:
    def is_phone(value: str) -> bool:
        bare = _EXTENSION.sub("", value.strip())
        if not _PHONE.fullmatch(bare):
            return False
        figures = len(digits(bare))
        return 10 <= figures <= 12 and (figures != 10 or not bare.isdigit() or bare[0] == "9")

    return share(values, is_phone)


FIELD = Field(
    title="Phone",
    headers=("phone", "telephone", "mobile", "cell", "phone number", "телефон", "тел", "моб", "мобильный",
             "номер телефона", "сотовый", "msisdn", "tel", "cellphone", "telefon", "phonenumber"),
    looks_like=_looks_like,
    parts=("number", "local"),
    normalise=_normalise,
    comparisons=(
        Comparison("Phone", ("number",), (
            same("number", 0.7, "the same"),
            typed_over("number", 1, 0.1, "one figure apart", letters_min=6),
            same("local", 0.02, "the same but for its area code"),
        ), 0.18),
    ),
    keys=("number", "local"),
    rank=20,
    survivorship="recency",
    examples={
        "8 (916) 123-45-67": ("9161234567", "1234567"),
        "+7 916 123 45 67": ("9161234567", "1234567"),
        "9161234567": ("9161234567", "1234567"),
        "8 495 123-45-67 доб. 12": ("4951234567", "1234567"),
        "٠٩١٦١٢٣٤٥٦٧": ("9161234567", "1234567"),
        "000-000-00-00": (None, None),
        "call me": (None, None),
    },
)  # fmt: skip
