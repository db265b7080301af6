"""The definition language as a JSON schema, for editors and API clients; made from the operators in force.

The parser says more (a test holds both to the same documents): dates, spans, near matches, and the store's names.
"""

from typing import Any

from omniloom.segments.operator import Kind, Operator, Takes, known_operators
from omniloom.segments.parse import PRODUCT_FIELDS

_NAME = {"type": "string", "minLength": 1, "pattern": "\\S"}
_SPAN = {"type": "string", "pattern": "^ *[1-9][0-9]{0,9} ?(s|m|h|d|w|mo) *$"}
_POINT = {"type": "string", "minLength": 1}
_NUMBER = {"type": "number"}


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a definition."""
    tests = {name: _argument(operator) for name, operator in known_operators().items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Omniloom segment definition",
        "$ref": "#/$defs/condition",
        "$defs": {
            "condition": {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in _CONDITIONS]},
            "all": _object({"all": _conditions()}, "all"),
            "any": _object({"any": _conditions()}, "any"),
            "not": _object({"not": {"$ref": "#/$defs/condition"}}, "not"),
            "trait": {**_object({"trait": _NAME, **tests}, "trait"), "minProperties": 2},
            "did": _did("did"),
            "did_not": _did("did_not"),
            "consent": _object({"consent": _NAME, "purpose": _NAME, "given": {"type": "boolean"}}, "consent"),
            "segment": _object({"segment": _NAME}, "segment"),
            "tests": {
                "oneOf": [
                    {"type": ["string", "number", "boolean"], "not": {"const": ""}},
                    tests["one_of"],
                    {**_object(tests), "minProperties": 1},
                ]
            },
        },
    }


_CONDITIONS = ("all", "any", "not", "trait", "did", "did_not", "consent", "segment")


def _conditions() -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/condition"}}


def _did(head: str) -> dict[str, Any]:
    tests = {"$ref": "#/$defs/tests"}
    product = {**_object(dict.fromkeys(PRODUCT_FIELDS, tests)), "minProperties": 1}
    windows = {
        "within": _SPAN,
        "between": {"type": "array", "items": _POINT, "minItems": 2, "maxItems": 2},
        "before": _POINT,
        "after": _POINT,
    }
    where = {
        "type": "object",
        "properties": {"product": {"oneOf": [product, {"not": {"type": "object"}, **tests}]}},
        "additionalProperties": tests,
    }
    bound = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
    count = _object({"at_least": bound, "at_most": bound, "exactly": bound})
    count["oneOf"] = [{"required": ["exactly"], "maxProperties": 1}, {"not": {"required": ["exactly"]}}]
    total = {
        "of": _NAME,
        "at_least": _NUMBER,
        "at_most": _NUMBER,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    }
    body = {
        head: _NAME,
        **windows,
        "where": where,
        "count": {**count, "minProperties": 1},
        "sum": {**_object(total), "anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]},
    }
    return {**_object(body, head), "not": {"anyOf": _pairs(list(windows))}}


def _pairs(names: list[str]) -> list[dict[str, Any]]:
    """At most one of the names: no two of them together."""
    return [{"required": [a, b]} for i, a in enumerate(names) for b in names[i + 1 :]]


def _argument(operator: Operator) -> dict[str, Any]:
    if operator.takes is Takes.FLAG:
        return {"type": "boolean"}
    kinds = {kind: _VALUES[kind] for kind in operator.kinds}
    types = sorted({name for kind in kinds.values() for name in kind})
    value = {"type": types, "not": {"const": ""}}
    if operator.takes is Takes.ONE:
        return value
    values = {"type": "array", "items": value, "minItems": 1}
    return {**values, "minItems": 2, "maxItems": 2} if operator.takes is Takes.PAIR else values


_VALUES = {
    Kind.TEXT: ("string", "number", "boolean"),
    Kind.NUMBER: ("number",),
    Kind.DATE: ("string",),
    Kind.PRESENCE: ("boolean",),
}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


SCHEMA = schema()
