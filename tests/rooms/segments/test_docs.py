"""The reference page, the JSON schema and the parser say the same."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from omniloom.core.errors import Invalid
from omniloom.segments import PRODUCT_FIELDS, SCHEMA, describe, dump, known_operators, parse
from omniloom.segments.window import FORMS, UNITS

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = DOCS / "reference" / "segment-language.md"
SCHEMA_FILE = DOCS / "reference" / "segment-language.schema.json"
GUIDE = DOCS / "guide" / "segments.md"

validator = jsonschema.Draft202012Validator(SCHEMA)


def examples() -> list[str]:
    pages = REFERENCE.read_text() + GUIDE.read_text()
    return re.findall(r"```yaml\n(.*?)```", pages, re.DOTALL)


def test_the_schema_file_is_the_schema() -> None:
    """Write it anew with: python -c "…; print(json.dumps(SCHEMA, indent=2))"."""
    assert json.loads(SCHEMA_FILE.read_text()) == SCHEMA
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", examples())
def test_every_example_is_read_and_valid(text: str) -> None:
    condition = parse(text)
    plain = json.loads(json.dumps(yaml.safe_load(text), default=str))
    assert list(validator.iter_errors(plain)) == []
    assert list(validator.iter_errors(dump(condition))) == []


def test_the_reference_names_every_word() -> None:
    page = REFERENCE.read_text()
    for word in (*known_operators(), *PRODUCT_FIELDS, *FORMS, *UNITS, "all", "any", "not", "count", "sum", "exactly"):
        assert re.search(rf"`[^`]*\b{word}\b[^`]*`", page), word


def test_the_guide_says_its_example_as_the_platform_does() -> None:
    said = describe(examples()[-1])
    assert said in re.sub(r"\s*\n>? ?", " ", GUIDE.read_text())


# --- near misses: whatever the parser takes is valid by the schema, and what the schema refuses the parser refuses ----

words = st.sampled_from(["A", "is", "90d", "2026-01-01", "30d ago", "", "USD", "revenue"])
scalars = words | st.integers(-1, 3) | st.booleans() | st.just(1.5)
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(
    st.sampled_from(["is", "one_of", "exists", "at_least", "at_most", "exactly", "of", "currency", "category", "id"]),
    scalars | st.lists(scalars, max_size=2), max_size=2,
)  # fmt: skip
wheres = st.dictionaries(st.sampled_from(["channel", "product", "x"]), values, max_size=2)
leaves = st.builds(
    lambda head, name, rest: {head: name} | rest,
    st.sampled_from(["trait", "did", "did_not", "consent", "segment"]),
    scalars,
    st.dictionaries(
        st.sampled_from([*sorted(known_operators()), *FORMS, "where", "count", "sum", "purpose", "given"]),
        values | wheres, max_size=2,
    ),
)  # fmt: skip
definitions = st.recursive(
    leaves,
    lambda inner: st.dictionaries(
        st.sampled_from(["all", "any", "not"]), st.lists(inner, max_size=2) | inner, max_size=2
    ),
    max_leaves=3,
)


@settings(max_examples=400, deadline=None)
@given(definition=definitions)
def test_the_parser_takes_nothing_that_the_schema_refuses(definition: dict[str, Any]) -> None:
    is_valid = validator.is_valid(definition)
    try:
        condition = parse(definition)
    except Invalid:
        return
    assert is_valid, list(validator.iter_errors(definition))
    assert validator.is_valid(dump(condition))
