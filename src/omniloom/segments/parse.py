"""Reads a definition into its typed tree, or says exactly where and why it cannot.

Source: docs/reference/segment-language.md; ``schema.py`` says the same for editors.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from omniloom.core.errors import Invalid
from omniloom.core.event import SEGMENT_ENTERED, SEGMENT_LEFT
from omniloom.segments.comparing import read_tests
from omniloom.segments.definition import (
    AllOf,
    AnyOf,
    Bounds,
    Condition,
    ConsentIs,
    Did,
    Filter,
    InSegment,
    Not,
    Total,
    TraitHas,
)  # fmt: skip
from omniloom.segments.operator import known_operators
from omniloom.segments.reading import child, near, read
from omniloom.segments.window import FORMS, Form, Window, check_point, check_span

PRODUCT_FIELDS = ("id", "name", "category", "department", "brand")
_DID_KEYS = ("where", "count", "sum", *FORMS)
_CURRENCY_CHARS = 3


def parse(definition: dict[str, Any] | str) -> Condition:
    """The tree of a definition given as values, YAML or JSON.

    Errors: Invalid whose ``path`` fact is the place, such as ``all[1].did.count``, with what to write instead.
    """
    return _condition(read(definition), "")


def _condition(raw: Any, path: str) -> Condition:
    if not isinstance(raw, dict):
        raise Invalid(
            f"{path or 'definition'}: should be a condition, not {raw!r}",
            hint=f"begin it with one of {', '.join(_HEADS)}",
            path=path,
        )
    heads = [key for key in raw if key in _HEADS]
    if len(heads) == 1:
        return _HEADS[heads[0]](raw, path)
    if heads:
        raise Invalid(
            f"{path or 'definition'}: holds {' and '.join(heads)} at once",
            hint="put each under its own item of all: or any:",
            path=path,
        )
    word = next(iter(raw), "")
    raise Invalid(
        f"{path or 'definition'}: {word!r} is no condition" if raw else f"{path or 'definition'}: is empty",
        hint=near(word, _HEADS),
        path=path,
    )


def _parts(raw: dict[str, Any], key: str, path: str) -> tuple[Condition, ...]:
    _only(raw, (), key, path)
    place = child(path, key)
    if not isinstance(raw[key], list) or not raw[key]:
        raise Invalid(f"{place}: should be a list of conditions", hint="write each on its own line after -", path=place)
    return tuple(_condition(part, f"{place}[{i}]") for i, part in enumerate(raw[key]))


def _all(raw: dict[str, Any], path: str) -> Condition:
    return AllOf(_parts(raw, "all", path))


def _any(raw: dict[str, Any], path: str) -> Condition:
    return AnyOf(_parts(raw, "any", path))


def _not(raw: dict[str, Any], path: str) -> Condition:
    _only(raw, (), "not", path)
    return Not(_condition(raw["not"], child(path, "not")))


def _trait(raw: dict[str, Any], path: str) -> Condition:
    _only(raw, tuple(known_operators()), "trait", path)
    key = _text(raw["trait"], child(path, "trait"))
    tests = {name: value for name, value in raw.items() if name != "trait"}
    if not tests:
        raise Invalid(
            f"{child(path, 'trait')}: {key} is compared with nothing",
            hint="add is: VALUE, or exists: true",
            path=child(path, "trait"),
        )
    return TraitHas(key, read_tests(tests, path))


def _consent(raw: dict[str, Any], path: str) -> Condition:
    _only(raw, ("purpose", "given"), "consent", path)
    purpose = _text(raw.get("purpose", "marketing"), child(path, "purpose"))
    is_given = raw.get("given", True)
    if not isinstance(is_given, bool):
        place = child(path, "given")
        raise Invalid(f"{place}: should be true or false, not {is_given!r}", hint="write true or false", path=place)
    return ConsentIs(_text(raw["consent"], child(path, "consent")), purpose, is_given)


def _segment(raw: dict[str, Any], path: str) -> Condition:
    _only(raw, (), "segment", path)
    return InSegment(_text(raw["segment"], child(path, "segment")))


def _did(raw: dict[str, Any], path: str) -> Condition:
    head = "did" if "did" in raw else "did_not"
    _only(raw, _DID_KEYS, head, path)
    event = _text(raw[head], child(path, head))
    if event in (SEGMENT_ENTERED, SEGMENT_LEFT):
        raise Invalid(
            f"{child(path, head)}: {event} is what segments announce, so a segment cannot ask for it",
            hint="use {segment: NAME}",
            path=child(path, head),
        )
    where, products = _where(raw.get("where", {}), child(path, "where"))
    return Did(
        event=event,
        is_done=head == "did",
        window=_window(raw, path),
        where=where,
        products=products,
        count=_count(raw["count"], child(path, "count")) if "count" in raw else None,
        total=_total(raw["sum"], child(path, "sum")) if "sum" in raw else None,
    )


def _window(raw: dict[str, Any], path: str) -> Window | None:
    forms: list[Form] = [form for form in FORMS if form in raw]
    if not forms:
        return None
    if len(forms) > 1:
        raise Invalid(
            f"{path or 'definition'}: holds {' and '.join(forms)} at once", hint="use between: [A, B]", path=path
        )
    form, place = forms[0], child(path, forms[0])
    value = raw[form]
    if form == "within":
        return Window(form, (check_span(_text(value, place), place),))
    if form != "between":
        return Window(form, (check_point(_text(value, place), place),))
    if not isinstance(value, list) or len(value) != 2:
        raise Invalid(f"{place}: should be two dates", hint="write [2026-01-01, 2026-01-31]", path=place)
    return Window(form, tuple(check_point(_text(v, f"{place}[{i}]"), f"{place}[{i}]") for i, v in enumerate(value)))


def _where(raw: Any, path: str) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """(filters of the event, filters of one product on it)."""
    fields = _mapping(raw, path, "{channel: store}")
    where = tuple(Filter(name, read_tests(v, child(path, name))) for name, v in fields.items() if name != "product")
    if "product" not in fields:
        return where, ()
    place = child(path, "product")
    wanted = fields["product"] if isinstance(fields["product"], dict) else {"id": fields["product"]}
    if not wanted:
        raise Invalid(f"{place}: is empty", hint="write {category: COFFEE}", path=place)
    for name in wanted:
        if name not in PRODUCT_FIELDS:
            raise Invalid(f"{child(place, name)}: no such field", hint=near(name, PRODUCT_FIELDS), path=place)
    return where, tuple(Filter(name, read_tests(value, child(place, name))) for name, value in wanted.items())


def _count(raw: Any, path: str) -> Bounds:
    fields = _mapping(raw, path, "{at_least: 3}")
    _only(fields, ("at_least", "at_most", "exactly"), "", path)
    for name, value in fields.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1_000_000:
            place = child(path, name)
            raise Invalid(
                f"{place}: should be a whole number from 1, not {value!r}",
                hint="for people who never did it use did_not",
                path=place,
            )
    return _bounds(fields, path)


def _total(raw: Any, path: str) -> Total:
    fields = dict(_mapping(raw, path, "{of: revenue, at_least: 100}"))
    _only(fields, ("of", "at_least", "at_most", "currency"), "", path)
    of = _text(fields.pop("of", "revenue"), child(path, "of"))
    currency = fields.pop("currency", None)
    if currency is not None:
        place = child(path, "currency")
        if len(_text(currency, place)) != _CURRENCY_CHARS or not currency.isupper():
            raise Invalid(f"{place}: {currency!r} is no currency", hint="write its code, such as USD", path=place)
    for name, value in fields.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Invalid(f"{child(path, name)}: should be a number, not {value!r}", hint="write 100.00", path=path)
    return Total(of, _bounds(fields, path), currency)


def _bounds(fields: dict[str, Any], path: str) -> Bounds:
    texts = {name: format(Decimal(repr(value)).normalize(), "f") for name, value in fields.items()}
    if "exactly" in texts and len(texts) == 1:
        return Bounds(texts["exactly"], texts["exactly"])
    bounds = Bounds(texts.get("at_least"), texts.get("at_most"))
    is_reversed = bounds.least and bounds.most and Decimal(bounds.least) > Decimal(bounds.most)
    if not texts or "exactly" in texts or is_reversed:
        raise Invalid(f"{path}: has no usable bounds", hint="write at_least, at_most, or both in order", path=path)
    return bounds


def _mapping(raw: Any, path: str, example: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Invalid(f"{path}: should be a mapping, not {raw!r}", hint=f"write {example}", path=path)
    return raw


def _text(raw: Any, path: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise Invalid(f"{path}: should be a text, not {raw!r}", hint="write a name in quotes", path=path)
    return raw


def _only(raw: dict[str, Any], known: tuple[str, ...], head: str, path: str) -> None:
    for key in raw:
        if key != head and key not in known:
            place = child(path, key)
            beside = f"; beside {head}" if head else ""
            hint = near(key, known) if known else "put it under its own condition"
            raise Invalid(f"{place}: unknown field {key!r}{beside}", hint=hint, path=place, field=key)


_HEADS: dict[str, Callable[[dict[str, Any], str], Condition]] = {
    "all": _all, "any": _any, "not": _not, "trait": _trait, "did": _did, "did_not": _did, "consent": _consent,
    "segment": _segment,
}  # fmt: skip
