"""The segment form keeps what a definition means, blames the right row, and shows strangers' texts as text."""

from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from omniloom import segments
from omniloom.core.errors import Invalid
from omniloom.web.segment_form_draft import Group, Shape, read, row_at
from omniloom.web.segment_form_row import Compare, ConsentRow, DidRow, TraitRow, number_of

NAMES = st.sampled_from(["city", "age", "Order Completed", "naïve ключ", "<b>x</b>"])
WORDS = st.sampled_from(["Moscow", "5", "true", "a b", "<script>alert(1)</script>", "ключ"])
NUMBERS = st.one_of(st.integers(-1000, 1000), st.sampled_from([0.5, 99.9]))
TESTS = st.one_of(
    st.fixed_dictionaries({"is": st.one_of(WORDS, NUMBERS)}),
    st.fixed_dictionaries({"one_of": st.lists(WORDS, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"at_least": NUMBERS, "less_than": NUMBERS}),
    st.fixed_dictionaries({"between": st.tuples(st.integers(0, 9), st.integers(10, 20)).map(list)}),
    st.fixed_dictionaries({"before": st.just("2026-01-31")}),
    st.fixed_dictionaries({"exists": st.booleans()}),
)
BOUNDS = st.one_of(
    st.fixed_dictionaries({"at_least": st.integers(1, 9)}),
    st.fixed_dictionaries({"at_least": st.integers(1, 4), "at_most": st.integers(5, 9)}),
    st.fixed_dictionaries({"exactly": st.integers(1, 9)}),
)
WINDOWS = st.sampled_from(
    [{}, {"within": "90d"}, {"within": "2mo"}, {"before": "30d ago"}, {"after": "2026-01-01"},
     {"between": ["2026-01-01", "2026-02-01"]}]
)  # fmt: skip
PRODUCT = st.one_of(st.just("p1"), st.fixed_dictionaries({"category": st.one_of(WORDS, TESTS)}))


@st.composite
def dids(draw):
    found = {draw(st.sampled_from(["did", "did_not"])): draw(NAMES)} | draw(WINDOWS)
    if draw(st.booleans()):
        found["where"] = {"channel": draw(st.one_of(WORDS, TESTS))}
        if draw(st.booleans()):
            found["where"]["product"] = draw(PRODUCT)
    if draw(st.booleans()):
        found["count"] = draw(BOUNDS)
    if draw(st.booleans()):
        found["sum"] = {"of": "revenue", "at_least": draw(st.sampled_from([1, 99.9])), "currency": "USD"}
    return found


LEAVES = st.one_of(
    st.builds(lambda key, tests: {"trait": key, **tests}, NAMES, TESTS),
    dids(),
    st.fixed_dictionaries({"consent": st.sampled_from(["email", "sms"]), "given": st.booleans()}),
    st.fixed_dictionaries({"segment": NAMES}),
)
DEFINITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)


def meaning(condition):
    """A definition without what does not change it: groups of one, and several tests of one trait or an all of them."""
    plain = segments.dump(condition) if not isinstance(condition, dict) else condition
    for word in ("all", "any"):
        if word in plain:
            parts = [meaning(part) for part in plain[word]]
            return parts[0] if len(parts) == 1 else {word: parts}
    if "not" in plain:
        return {"not": meaning(plain["not"])}
    tests = {name: value for name, value in plain.items() if name != "trait"}
    if "trait" in plain and len(tests) > 1:
        return {"all": [{"trait": plain["trait"], name: value} for name, value in tests.items()]}
    return plain


@given(DEFINITIONS)
def test_a_definition_taken_apart_and_put_together_means_the_same(definition):
    draft = read(definition)
    assert not [row.problem() for row in draft.rows() if row.problem()]
    assert meaning(segments.parse(draft.plain())) == meaning(segments.parse(definition))


@given(DEFINITIONS)
def test_what_the_form_writes_as_yaml_reads_back_to_the_same_form(definition):
    plain = read(definition).plain()
    again = yaml.safe_load(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False))
    assert segments.parse(read(again).plain()) == segments.parse(plain)


@given(st.lists(st.booleans(), min_size=1, max_size=5), st.sampled_from(list(Shape)), st.data())
def test_an_error_of_the_language_is_shown_beside_its_row(kinds, shape, data):
    rows = [ConsentRow() if kind else DidRow("Order Completed") for kind in kinds]
    wrong = DidRow("Order Completed", window="within", span="0")
    rows.insert(data.draw(st.integers(0, len(rows))), wrong)
    draft = Group(Shape.ALL, [ConsentRow(), Group(shape, list(rows))])
    places = {}
    plain = draft.plain(places=places)
    with pytest.raises(Invalid) as caught:
        segments.parse(plain)
    assert row_at(places, caught.value.facts["path"]) is wrong


def test_an_empty_group_is_left_out_and_a_part_can_be_taken_out_anywhere():
    row, inner = ConsentRow(), Group(Shape.ANY)
    draft = Group(Shape.ALL, [row, inner])
    assert draft.plain() == row.plain()
    inner.parts.append(TraitRow(Compare("city", "is", "Moscow")))
    assert draft.remove(inner.parts[0])
    assert not draft.remove(TraitRow())
    assert draft.rows() == [row]


def test_numbers_are_read_with_a_comma_or_a_dot_and_nothing_else_is_one():
    assert (number_of("1 200"), number_of("99,9"), number_of(" 5 ")) == (1200, 99.9, 5)
    assert (number_of("nan"), number_of("inf"), number_of(""), number_of("5 roubles")) == (None, None, None, None)
    assert Compare("age", "is", "Moscow", is_number=True).problem()


@pytest.fixture
def saved(site):
    """A segment with a hostile name."""
    platform, name = site.platform, "<script>alert(7)</script> buyers"
    known = [one for one in segments.segments(platform.stores) if one.name == name]
    return known[0] if known else segments.create(
        platform.stores, name=name, definition={"did": "Order Completed", "where": {"channel": "<img src=x>"}},
        now=platform.now(), ids=platform.ids,
    )  # fmt: skip


def test_the_list_and_the_page_show_a_hostile_segment_as_text(site, saved):
    for path in ("/segments", f"/segments/{saved.segment_id}", f"/segments/{saved.segment_id}/edit"):
        answer = site.get(path, role="owner")
        assert answer.status_code == 200
        assert "alert(7)" in answer.text
        assert "<script>alert(7)" not in answer.text
        assert "<img src=x>" not in answer.text


def test_who_may_only_read_gets_no_buttons_and_no_form(site, saved):
    assert "segment-new" in site.get("/segments", role="analyst").text
    assert "segment-new" not in site.get("/segments", role="viewer").text
    assert "segment-refresh" not in site.get(f"/segments/{saved.segment_id}", role="viewer").text
    for path in ("/segments/new", f"/segments/{saved.segment_id}/edit"):
        assert site.get(path, role="viewer").status_code == 403
    assert site.get("/segments", role="operator").status_code == 403


def test_an_archived_segment_comes_back_and_a_taken_name_does_not(site):
    stores, now, ids = site.platform.stores, site.platform.now(), site.platform.ids
    made = segments.create(stores, name="put away", definition={"consent": "email"}, now=now, ids=ids)
    segments.archive(stores, made.segment_id, now=now)
    assert segments.restore(stores, made.segment_id, now=now).name == "put away"
    changes = segments.changes(stores, made.segment_id, since=now - timedelta(days=30))
    assert (changes.entered, changes.left, changes.newest) == (0, 0, [])
