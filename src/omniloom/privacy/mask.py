"""What those see who may not see whom they look at: addresses, names and identifiers without their middle.

One function goes through any value a page or route is about to show. It knows fields by the names below, the value of
an identifier or trait by its kind, and whatever looks like an address or number in other texts by its form.
"""

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, cast

import msgspec

from omniloom.identity import KINDS

T = TypeVar("T")

# Names of fields, traits and properties that say who somebody is, in any spelling of their case.
PERSONAL = frozenset((
    "name", "fullname", "firstname", "lastname", "middlename", "patronymic", "surname", "username", "email", "phone",
    "mobile", "address", "street", "house", "flat", "apartment", "postalcode", "zip", "birthday", "birthdate",
    "dateofbirth", "passport", "snils", "inn", "card", "ip", "useragent", "matched", "avatar", "photo", "deviceid",
    "userid", "anonymousid", "pushtoken", "telegram", "vk", "whatsapp", "viber", "max", "externalid", "evidence",
))  # fmt: skip
_PEOPLE = frozenset(("Person", "PersonRow", "Contact", "Card", "RecipientView"))
_MAIL = re.compile(r"[^\s@\"'<>,;]+@[^\s@\"'<>,;]+\.[^\s@\"'<>,;]+")
_NUMBER = re.compile(r"\+?\d[\d\s()\-]{8,}\d")


def masked(value: T, *, is_person: bool = False) -> T:
    """The same with everything personal masked; ``is_person``: ``name`` is a person's here."""
    return cast("T", _any(value, is_person=is_person))


def masked_text(text: str) -> str:
    """A personal text so that who knows it recognises it: ``a***@example.test``, ``+7***67``, ``A***``."""
    if _MAIL.fullmatch(text):
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    if "@" in text:
        return f"{text[:1]}***"
    digits = sum(character.isdigit() for character in text)
    return f"{text[:2]}***{text[-2:]}" if digits >= len(text) // 2 and len(text) > 6 else f"{text[:1]}***"


def _any(value: Any, *, is_person: bool) -> Any:
    if isinstance(value, Enum | bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return _scanned(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return {key: _field(str(key), each, is_person=is_person, others=value) for key, each in value.items()}
    if isinstance(value, list | tuple):
        found = [_any(each, is_person=is_person) for each in value]
        return type(value)(found) if type(value) in (list, tuple) else found
    if isinstance(value, msgspec.Struct):
        return _any(msgspec.to_builtins(value), is_person=is_person)
    return value


def _record(value: Any) -> Any:
    names = [field.name for field in dataclasses.fields(value) if field.init]
    given = {name: getattr(value, name) for name in names}
    is_person = type(value).__name__ in _PEOPLE
    return dataclasses.replace(
        value, **{name: _field(name, each, is_person=is_person, others=given) for name, each in given.items()}
    )


def _field(name: str, value: Any, *, is_person: bool, others: Mapping[Any, Any]) -> Any:
    plain = name.rpartition(".")[2].replace("_", "").replace("-", "").lower()
    if name in ("value", "joined_value") and str(others.get("kind", others.get("joined_kind"))) in KINDS:
        return _whole(value)
    if name in ("chosen", "lost") and _is_personal(str(others.get("key", ""))):
        return _origins(value)
    if name == "value" and isinstance(others.get("key"), str):
        return _field(str(others["key"]).rpartition(".")[2], value, is_person=True, others={})
    if plain in PERSONAL and (plain != "name" or is_person):
        return _whole(value)
    is_below = is_person or plain in ("traits", "properties", "context")
    return _any(value, is_person=is_below and isinstance(value, Mapping))


def _is_personal(key: str) -> bool:
    """Whether a trait says who somebody is."""
    return key.rpartition(".")[2].replace("_", "").replace("-", "").lower() in PERSONAL


def _origins(value: Any) -> Any:
    """What sources said on a personal field."""
    if isinstance(value, list):
        return [_origins(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and hasattr(value, "value"):
        return dataclasses.replace(value, value=_whole(value.value))
    return _whole(value)


def _whole(value: Any) -> Any:
    """Everything in a personal field, whatever its shape."""
    if isinstance(value, str):
        return masked_text(value) if value else value
    if isinstance(value, Mapping):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    return masked_text(str(value)) if isinstance(value, int | float) else value


def _scanned(text: str) -> str:
    """A text with what looks like an address or a telephone number masked."""
    if "@" in text:
        text = _MAIL.sub(lambda found: masked_text(found.group()), text)
    return _NUMBER.sub(lambda found: masked_text(found.group()), text) if len(text) >= 10 else text
