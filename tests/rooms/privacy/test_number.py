"""A telephone is named by its figures however they are grouped, and by no longer number that merely holds them."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omniloom.identity import normalise
from omniloom.privacy.mention import mentions, stands_in

TELEPHONES = {"+79161234567": ("RU", "9161234567", ("+7", "8", "7", "")),
              "+12025550143": ("US", "2025550143", ("+1", "1", "")),
              "+447911123456": ("GB", "7911123456", ("+44", "0"))}  # fmt: skip
BETWEEN = st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2009", "\u2011", "\u2013", " - ", "  "])
GROUPS = st.sampled_from([(3, 3, 2, 2), (3, 3, 4), (3, 2, 2, 3), (3, 7), (4, 6), (4, 3, 3), (10,)])
BEFORE = st.sampled_from([
    "", "tel:", "call ", "(", "№ 5, ", "2026-11-22 ", "order 5 of ", "8 916 765-43-21 ", "12:33:01 ", "<b>", "\t",
    "id=", "\u202a", "x",
])  # fmt: skip
BEHIND = st.sampled_from([
    "", " (ask for Ann)", ", 2 pieces", " 8 916 765-43-21", ".", "!", "</b>", " 2026-11-22", ";7", "\u202c",
])  # fmt: skip


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str, str]:
    """A telephone in normal form, where it is at home, and one of the ways people write it."""
    number = draw(st.sampled_from(sorted(TELEPHONES)))
    region, local, begins = TELEPHONES[number]
    begin, sizes = draw(st.sampled_from(begins)), draw(GROUPS)
    groups, at = [], 0
    for size in sizes:
        groups.append(local[at : at + size])
        at += size
    if draw(st.booleans()):
        groups[0] = f"({groups[0]})"
    text = begin + (draw(BETWEEN) if begin else "") + groups[0]
    for group in groups[1:]:
        text += draw(BETWEEN) + group
    return number, region, text


def names(text: str, number: str, region: str) -> bool:
    """Whether a text names a telephone."""
    return any(normalise("phone", value, region) == number for _, value in mentions(text))


@given(spelled(), BEFORE, BEHIND)
def test_a_telephone_is_found_however_it_is_written_and_whatever_stands_beside(spelling, before, behind) -> None:
    number, region, text = spelling
    assert names(before + text + behind, number, region)


@given(spelled(), st.text("0123456789", min_size=1, max_size=9), st.sampled_from(["before", "behind", "both"]))
def test_a_longer_number_that_holds_its_figures_is_another_one(spelling, more, where) -> None:
    number, region, text = spelling
    local = TELEPHONES[number][1]
    figures = re.sub(r"\D", "", text)
    longer = {"before": more + local, "behind": figures + more, "both": more + local + more}[where]
    assume(normalise("phone", longer, region) != number)  # 8 before 916 is how it is written
    for each in (longer, f"n {longer}.", f'{{"n":{longer}}}', f'{{"n":"{longer}"}}', f"at={longer}&x"):
        assert not names(each, number, region)
        assert not stands_in(local, each)
        assert not stands_in(figures, each)


@given(st.text("01-k", min_size=1, max_size=3), st.text("01-k ", max_size=12))
def test_a_word_stands_in_a_text_where_no_figure_goes_on_with_it(word, text) -> None:
    begins, ends = (r"(?<!\d)" if word[0].isdigit() else ""), (r"(?!\d)" if word[-1].isdigit() else "")
    assert stands_in(word, text) == bool(re.search(begins + re.escape(word) + ends, text))


@pytest.mark.parametrize("text", ["tel%3A%2089161234567", "tel%3D+89161234567", "\\u211689161234567", "1\n89161234567",
                                  "+7989161234567 89161234567"])  # fmt: skip
def test_an_escape_before_it_is_no_figure_of_it(text) -> None:
    assert stands_in("89161234567", text)


@pytest.mark.parametrize("text", ["1 " * 32_768, "12 " * 21_845, "12345678901 " * 5_461, "1-" * 32_768, "+1(" * 21_845])
def test_a_table_of_figures_costs_no_more_than_another_text(text) -> None:
    """As long as an item may be: what could be a telephone is bounded."""
    assert len(mentions(text)) < 30_000
