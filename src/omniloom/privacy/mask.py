"""Texts without what is personal in them: an address or number without its middle, a name as its first letter."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"
FIGURES_MAX = 1_000_000  # a number from here on may be a telephone, a card or a day of birth
TEXT_CHARS_MAX = 80

_MAIL = re.compile(r"[^\s@\"'<>,;]+@[^\s@\"'<>,;]+\.[^\s@\"'<>,;]+")
_NUMBER = re.compile(r"\+?\d[\d\s().\-]{8,}\d")
_DAY = re.compile(r"(19|20)?\d{6}$|\d{4}([-./])\d\d?\2\d\d?(?=\D|$)|\d\d?([-./])\d\d?\3\d{2,4}(?=\D|$)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?")
_DECIMAL = re.compile(r"-?\d{1,6}([.,]\d{1,6})?")
_CODE = re.compile(r"[A-Za-z0-9_:./-]{1,80}")
_MOBILE = re.compile(r"[78]?9\d{9}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”")


def masked_text(text: str) -> str:
    """A personal text so that who knows it recognises it: ``a***@example.test``, ``+7***67``, ``A***``; no day."""
    if _MAIL.fullmatch(text):
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    if "@" in text:
        return f"{text[:1]}***"
    if text == HIDDEN or _DAY.match(text):
        return HIDDEN
    digits = sum(character.isdigit() for character in text)
    return f"{text[:2]}***{text[-2:]}" if digits >= len(text) // 2 and len(text) > 6 else f"{text[:1]}***"


def whole(value: Any) -> Any:
    """Everything in a personal field masked, whatever its shape."""
    if isinstance(value, str):
        return masked_text(value) if value else value
    if isinstance(value, Mapping):
        return {scanned(str(key)): whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [whole(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    return masked_text(str(value)) if isinstance(value, int | float) else value


def hidden(value: Any) -> Any:
    """Nothing of a value but that there is one."""
    return value if value is None or value == "" else HIDDEN


def scanned(text: str) -> str:
    """A text with what looks like an address or a telephone number masked."""
    if "@" in text:
        text = _MAIL.sub(lambda found: masked_text(found.group()), text)
    return _NUMBER.sub(lambda found: masked_text(found.group()), text) if len(text) >= 10 else text


def unquoted(text: str) -> str:
    """A message about a value without the values it quotes."""
    return scanned(_QUOTED.sub(HIDDEN, text))


def harmless_text(text: str) -> str:
    """A text of a harmless field: short, not a place with its house, without addresses and numbers in it."""
    if _INSTANT.fullmatch(text):
        return text
    if len(text) > TEXT_CHARS_MAX or ("," in text and any(character.isdigit() for character in text)):
        return masked_text(text)
    return scanned(text)


def code(text: str) -> str:
    """The code of a thing, in which a long number is no telephone, unless it looks just like one."""
    return text if _CODE.fullmatch(text) and not _MOBILE.fullmatch(text) else harmless_text(text)


def link(text: str) -> str:
    """The address of a page up to where it may say who looks: without its user, its query and its fragment."""
    plain = re.split(r"[?#]", text, maxsplit=1)[0]
    return scanned(re.sub(r"//[^/@]*@", "//", plain))


def unknown_text(text: str) -> str:
    """A text of a field that nobody knows: a small figure stays, anything else may be a name."""
    return text if not text or _DECIMAL.fullmatch(text) else masked_text(text)
