"""What a telephone looks like from afar: patterns of the numbers of one country, from libphonenumber's metadata.

Whether a number is one is said by the library, some 50 µs later. A pattern says which figures it need not be asked
about: every number that is a telephone matches, some others do too. A test compares them with the library.
"""

import functools
import re
from collections.abc import Callable

import phonenumbers

from omniloom.identity.written_number import BETWEEN, FIGURES_MAX, FIGURES_MIN, LOCAL_MIN

_ATOM = re.compile(r"(\{[^}]*\})|\\d|\[[\d-]+\]|\d")
_OTHER_FIGURES = r"[^\P{Nd}0-9]"  # ٠, ９ …
_CLASS = r"\p{Z}\x{85}" + BETWEEN.replace(r"\u2010-\u2015\u2212", "‐-―−")
_SPACE = rf"(?:[{_CLASS}]|\\[nrt]|%(?:2[089]|2[DdEe]|[Aa]0|[Cc]2)|\+)*"  # between two figures, escaped or not
_BEFORE = r"(?:^|[^0-9]|%[0-9A-Fa-f]{2}|\\u04[0-9A-Fa-f]{2})"
_NANP = 1  # 25 countries with one plan: their numbers all look like those of the first
_ANY = r"\d{%d,%d}"
_PHONE_WORD = r"(?i:phone|tel|mobile|whatsapp|viber|тел|моб|\\u04)"  # a key that says so may hide behind escapes
_LONG = rf"{_PHONE_WORD}.*[^0-9]\p{{Nd}}{{12,{FIGURES_MAX}}}(?:\P{{Nd}}|$)"
ESCAPED = r"\\u(?:[^0]|0[^4])"  # \u04.. are Cyrillic letters, which hide no figure and no sign
MAY_HAVE_WORD = f"(?s){_LONG}"


def local(home_region: str) -> str:
    """Of the figures of a telephone without its plus, as they are dialled at home; in Python's syntax."""
    home = phonenumbers.PhoneMetadata.metadata_for_region(home_region)
    if home is None or home.country_code is None or home.national_prefix_transform_rule:
        return _ANY % (LOCAL_MIN, FIGURES_MAX)
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[home.country_code]
    plans = map(_plan, regions[:1] if home.country_code == _NANP else regions)
    national = "|".join(plan for plan in plans if plan)
    dialled = f"(?:{home.national_prefix_for_parsing})?" if home.national_prefix_for_parsing else ""
    code = f"(?:{home.country_code})?"
    abroad = f"(?:{home.international_prefix})\\d{{{FIGURES_MIN},{FIGURES_MAX}}}"
    return f"(?:{abroad}|{code}{dialled}(?:{national}))"


def _plan(region: str) -> str:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    plan = metadata.general_desc if metadata else None
    return (plan.national_number_pattern or "") if plan else ""


@functools.cache
def may_be_local(home_region: str) -> Callable[[str], object]:
    """Whether figures may be a telephone as it is dialled at home."""
    return re.compile(local(home_region)).fullmatch


@functools.cache
def in_text(home_region: str) -> str:
    """Of a text that may hold a telephone, or an address, or an escape that hides one; for RE2, on JSON."""

    def spaced(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        atom = r"\p{Nd}" if found[0] == r"\d" else f"(?:{found[0]}|{_OTHER_FIGURES})"
        return f"(?:{_SPACE}{atom})"

    number = _ATOM.sub(spaced, local(home_region))
    whole = rf"(?:\+|\x{{FF0B}}|%2[Bb]){_SPACE}\p{{Nd}}(?:{_SPACE}\p{{Nd}}){{{LOCAL_MIN - 1}}}"
    return rf"@|%40|\x{{FF20}}|{ESCAPED}|{whole}|{_BEFORE}{number}(?:\P{{Nd}}|$)"
