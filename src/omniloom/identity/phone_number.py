"""Phone numbers as E.164. Without a country code a number is read in the installation's home region.

In region RU, ``8 916 …``, ``7 916 …``, ``916 …`` and ``+7 916 …`` are one number; Kazakhstan lives inside +7 and is
told apart by the number itself. A number with an extension is an office's line: it is read, and names nobody, for it
would make one person of all who sit behind it. Source: libphonenumber's metadata (ITU-T E.164).
"""

import re

import phonenumbers

from omniloom.identity.kind import Problem, ProblemReason

# How Russians write an extension, besides what libphonenumber knows (доб., ext., x, #).
_EXTENSION = re.compile(r"[\s,;(]*(?:вн|внутр|внутренний|доб|добавочный)\b[\s.:№-]*(\d{1,7})\s*\)?\s*$", re.IGNORECASE)
PREFIX_DIGITS_MIN = 3  # fewer would match a good part of everybody


def normalise(value: str, home_region: str) -> str | Problem:
    """The number as E.164; or why it is none, or names nobody."""
    inner = _EXTENSION.search(value)
    try:
        number = phonenumbers.parse(value[: inner.start()] if inner else value, home_region)
    except phonenumbers.NumberParseException:
        return Problem(ProblemReason.MALFORMED, f"{value!r} is no phone number")
    if not phonenumbers.is_valid_number(number):
        return Problem(ProblemReason.MALFORMED, f"{value!r} is no phone number in any region")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if extension := (inner[1] if inner else number.extension):
        return Problem(ProblemReason.SHARED, f"{written} is an office's line, {extension} an extension of it")
    return written


def prefixes(text: str, home_region: str) -> list[str]:
    """The digits with and without the home country's code, its national prefix left out."""
    digits = re.sub(r"[\s()\-.]+", "", text)
    if digits.startswith("+") and digits[1:].isdigit():
        return [digits]
    if len(digits) < PREFIX_DIGITS_MIN or not digits.isdigit():
        return []
    country = f"+{phonenumbers.country_code_for_region(home_region)}"
    national = phonenumbers.ndd_prefix_for_region(home_region, strip_non_digits=True) or ""
    local = digits.removeprefix(national)
    return sorted({f"+{digits}", country + local})
