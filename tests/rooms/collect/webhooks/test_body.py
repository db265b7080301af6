"""Bodies: PHP's nested keys against a slow model, text and sizes that cannot be kept, paths that only point."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom.collect.drop import Dropped, DropReason
from omniloom.collect.webhooks.body import Posted, decode, nested
from omniloom.collect.webhooks.condition import read_conditions
from omniloom.collect.webhooks.path import elements, find, is_path

FORM = {"content-type": "application/x-www-form-urlencoded"}
names = st.text("abcdeXYZ_", min_size=1, max_size=4)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
trees = st.recursive(
    texts, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3)
)


def php(name: str, value: Any) -> list[tuple[str, str]]:
    """What PHP's http_build_query makes of a value: the slow model."""
    if isinstance(value, str):
        return [(name, value)]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for key, one in inner for pair in php(f"{name}[{key}]", one)]


@given(st.dictionaries(names, trees, min_size=1, max_size=4))
def test_a_form_as_php_writes_it_is_read_back(table: dict[str, Any]) -> None:
    pairs = [pair for name, value in table.items() for pair in php(name, value)]
    assert nested(pairs) == table
    assert decode(Posted(headers=FORM, body=urlencode(pairs).encode())) == table


@given(st.lists(st.tuples(st.text("ab[]01", min_size=1, max_size=12), texts), max_size=12))
def test_any_keys_make_a_table_and_lose_no_last_value(pairs: list[tuple[str, str]]) -> None:
    try:
        made = nested(pairs)
    except Dropped:
        return
    assert isinstance(made, dict)
    if pairs and "]" not in pairs[-1][0] and "[" not in pairs[-1][0]:
        held = made[pairs[-1][0]]
        assert pairs[-1][1] in (held if isinstance(held, str) else held.get("", "") if isinstance(held, dict) else held)


def test_a_key_with_a_value_and_parts_keeps_both() -> None:
    assert nested([("note[type]", "3"), ("note[type][id]", "7")]) == {"note": {"type": {"": "3", "id": "7"}}}
    assert nested([("a[]", "1"), ("a[]", "2")]) == {"a": ["1", "2"]}
    assert nested([("a[5]", "x")]) == {"a": {"5": "x"}}


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        (FORM, b"a=%FF", DropReason.BAD_TEXT),
        (FORM, "имя=1".encode("windows-1251"), DropReason.BAD_TEXT),
        ({"content-type": "application/x-www-form-urlencoded; charset=utf-7"}, b"a=1", DropReason.BAD_TEXT),
        (FORM, b"&".join(b"a=1" for _ in range(5001)), DropReason.TOO_LARGE),
        (FORM, b"a" + b"[b]" * 17 + b"=1", DropReason.TOO_DEEP),
        ({"content-type": "application/json"}, b"{", DropReason.NOT_JSON),
        ({"content-type": "application/json"}, b'{"a": "\xff"}', DropReason.NOT_JSON),
        ({"content-type": "application/json"}, b"[" * 100_000, DropReason.TOO_DEEP),
        ({"content-type": "application/json"}, b"1" * 5_000, DropReason.NOT_JSON),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x", DropReason.WRONG_KIND),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_reason(headers: dict[str, str], body: bytes, reason: DropReason) -> None:
    with pytest.raises(Dropped) as dropped:
        decode(Posted(headers=headers, body=body))
    assert dropped.value.drop.reason is reason


def test_character_sets_and_looks() -> None:
    russian = Posted(
        headers={"content-type": 'application/x-www-form-urlencoded; charset="windows-1251"'},
        body=b"name=" + quote("Анна".encode("windows-1251")).encode(),
    )
    assert decode(russian) == {"name": "Анна"}
    assert decode(Posted(body=b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}
    assert decode(Posted(body=b"a=1&b=2")) == {"a": "1", "b": "2"}
    assert decode(Posted(query=(("a[b]", "1"),))) == {"a": {"b": "1"}}


RECORD = {
    "a": {"b": ["x", {"c": 0}], "d.e": "dotted"}, "empty": "", "none": None, "0": "zero",
    "fields": [{"code": "PHONE", "values": [{"value": "+7"}]}, {"code": "A.B", "v": 1}, "text"],
    "by_id": {"7": {"ID": 7}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b.0", "x"), ("a.b.1.c", 0), ("a.d.e", "dotted"), ("a.b.9", None), ("a.b.-1", None), ("a.b.c", None),
        ("empty", None), ("none | empty | 0", "zero"), ("fields[code=PHONE].values.0.value", "+7"),
        ("fields[code=A.B].v", 1), ("fields[code=FAX].values", None), ("by_id.*.ID", 7), ("a.b.*", "x"),
        ("a.__class__", None), ("fields.2.upper", None), ("a.b.0.0", None),
    ],
)  # fmt: skip
def test_a_path_points(path: str, value: Any) -> None:
    assert is_path(path)
    assert find(RECORD, path) == value


@given(st.text(max_size=30), trees)
def test_no_path_ever_fails(path: str, tree: Any) -> None:
    is_path(path)
    find(tree, path)
    assert isinstance(elements(tree, path), list)


@pytest.mark.parametrize("path", ["", "a..b", "a[b", "a[b]", " | a", "a]"])
def test_what_is_no_path_is_known(path: str) -> None:
    assert not is_path(path)


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ({"column": "a.b.1.c", "is_set": True}, True), ({"column": "empty", "is_set": True}, False),
        ({"column": "a.b.1.c", "is": 0}, True), ({"column": "a.b.1.c", "is": ["1", "0"]}, True),
        ({"column": "nowhere", "is": ["None", "", None]}, False), ({"column": "nowhere", "is_not": "x"}, True),
        ({"column": "a.b.0", "is_not": ["x"]}, False), ({"column": "a.b.1.c", "over": 0}, False),
        ({"column": "a.b.1.c", "at_most": 0}, True), ({"column": "a.b.0", "over": -1}, False),
        ({"column": "nowhere", "at_most": 5}, False),
    ],
)  # fmt: skip
def test_a_condition_compares(condition: dict[str, Any], is_true: bool) -> None:
    (read,) = read_conditions([condition], "when")
    assert read.holds(RECORD) == is_true
