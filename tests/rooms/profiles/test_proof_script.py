"""The proof's document in every script: each character has its letter or its number, none is an empty box."""

import io
import re
import unicodedata
from dataclasses import replace
from html import unescape

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Paragraph

from omniloom.profiles import ConsentProof
from omniloom.profiles.proof import ProofLine
from omniloom.profiles.proof_document import document_of
from omniloom.profiles.proof_script import BOLD, PLAIN, markup, register_fonts, shortened, undrawn

from .conftest import NOW

WIDE = 10_000.0
DRAWN = {
    "Kazakh": "Мен келісемін: Әсел Құрманғазы, Өмір, Ұлы, Іңкәр, Һ", "Tatar": "Җәмилә Гыйләҗева, Ңоңө, Үзәк",
    "Bashkir": "Ҙур Баҫыу Ҡала Ғәзиз", "Yakut": "Ҕ Ҥ Ө Һ Ү", "Ukrainian": "Їжак, Євген, Ґалаґан, Ігор",
    "Belarusian": "Ўладзь", "Serbian": "Ђорђе Љиљана Њ Ћ Џ", "Tajik": "Ӣ Қ Ӯ Ҳ Ҷ", "Georgian": "ნინო ბერიძე",
    "Armenian": "Անի Պետրոսյան և", "Greek": "Ωραία Ψάλτη, ΐ ώ ή", "Hebrew": "אני מסכים לקבל הודעות",
    "Arabic": "أوافق على تلقي الرسائل، لا إله", "Persian": "پژمان گچ", "Thai": "ฉันยินยอม", "Ethiopic": "ሰላም",
    "Vietnamese": "Nguyễn Việt", "Polish": "Łęcka Żółć", "Turkish": "Işık Ğ ş", "Azeri": "Əliyev",
    "signs": "₽ ₸ ₴ № « » — → 🎉", "parted": unicodedata.normalize("NFD", "Ёй Việt"),
}  # fmt: skip
NUMBERED = {"Chinese": "我同意", "Japanese": "はい", "Korean": "동의", "Hindi": "मैं", "private": "\ue000"}
ISOLATES = st.sampled_from("\u2066\u2067\u2068\u2069\u202e\u202c")
NUMBER = re.compile(r"\[U\+([0-9A-F]{4,6})\]")


def seen(text: str, font: str = PLAIN, width: float = WIDE) -> str:
    """What the eye sees of a text, in the order it lies on the page."""
    register_fonts()
    lines = markup(text, font=font, size=9, width=width).split("<br/>")
    return "\n".join(unescape(re.sub(r"<[^>]+>", "", line)) for line in lines)


@pytest.mark.parametrize("script", DRAWN)
def test_a_script_has_its_letters(script: str) -> None:
    assert not NUMBER.search(seen(DRAWN[script]))
    assert not NUMBER.search(seen(DRAWN[script], BOLD))
    assert not undrawn(DRAWN[script])


@pytest.mark.parametrize("script", NUMBERED)
def test_what_no_font_has_stands_as_its_number(script: str) -> None:
    text = NUMBERED[script]
    found = "".join(chr(int(number, 16)) for number in NUMBER.findall(seen(text)))
    assert found == unicodedata.normalize("NFC", text)
    assert undrawn(text)


@pytest.mark.parametrize(("text", "lies"), [
    ("שלום", "םולש"),
    ("לקבל (SMS) מ-Shop 24", "Shop 24-מ (SMS) לבקל"),
    ("He said: שלום עולם, and left", "He said: םלוע םולש, and left"),
    ("telegram: محمد", "telegram: \ufeaa\ufee4\ufea4\ufee3"),
    ("لا", "\ufefb"),
    ("[U+4E2D] stays", "[U+4E2D] stays"),
    ("לקבל \u2066SMS 24\u2069 מכם", "םכמ SMS 24 לבקל"),
    ("א\u0378ב \u2067ג", "ג ב[U+0378]א"),
])  # fmt: skip
def test_words_are_in_the_order_the_eye_reads_and_letters_join(text: str, lies: str) -> None:
    assert seen(text) == lies


def test_lines_from_the_right_are_broken_before_they_are_turned() -> None:
    words = [f"{'אבגדהוזחטי'[n % 10]}{n}" for n in range(60)]
    lines = seen(" ".join(words), width=120).split("\n")
    assert len(lines) > 5
    assert [word[::-1] if word[0].isdigit() and len(word) == 2 else word[-1] + word[:-1]
            for line in lines for word in reversed(line.split())] == words  # fmt: skip
    assert max(pdfmetrics.stringWidth(line, "NotoSansHebrew", 9) for line in lines) <= 130


@given(
    text=st.text(max_size=60) | st.text(st.characters(max_codepoint=0x7FF) | ISOLATES, max_size=60),
    font=st.sampled_from([PLAIN, BOLD]),
)
def test_every_character_of_any_text_is_drawn_by_a_font_that_has_it(text: str, font: str) -> None:
    register_fonts()
    marked = markup(text, font=font, size=9, width=100)
    paragraph = Paragraph(marked, ParagraphStyle("text", fontName=font, fontSize=9))
    for fragment in paragraph.frags:
        face = pdfmetrics.getFont(fragment.fontName).face.charToGlyph
        assert [hex(ord(each)) for each in fragment.text if ord(each) not in face and each not in "\xa0 "] == []


@given(text=st.text(st.sampled_from("aя中א 1")), room=st.integers(1, 60))
def test_a_shortened_text_takes_no_more_room_than_it_may(text: str, room: int) -> None:
    kept = shortened(text, chars_max=room)
    drawn = kept.removesuffix("…")
    assert text.startswith(drawn)
    assert sum(8 if each == "中" else 1 for each in drawn) <= room
    assert (kept == text) == (sum(8 if each == "中" else 1 for each in text) <= room)


def proof_of(wordings: list[str], name: str) -> ConsentProof:
    line = ProofLine(1, 1, True, "email", "marketing", "", NOW, NOW, "", "", "", "form", "s", "m", "", "", "{}", "",
                     0, 0)  # fmt: skip
    lines = [replace(line, place=number, wording=wording) for number, wording in enumerate(wordings, 1)]
    return ConsentProof(1, [1], name, [{"kind": "telegram", "value": name}], [], lines, [], NOW, "")


def test_a_document_says_that_numbers_stand_for_characters_only_if_some_do() -> None:
    for name, told in (("ნინო", False), ("Әсел", False), ("王伟", True)):
        document = document_of(proof_of([DRAWN["Georgian"]], name), source_names={})
        reader = pypdf.PdfReader(io.BytesIO(document))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert ("no font for" in text) is told, name
        assert DRAWN["Georgian"] in text
        assert ("[U+738B][U+4F1F]" if told else name) in text


def test_a_document_says_so_also_of_a_sources_name() -> None:
    for source_id, told in (("s", True), ("other", False)):
        document = document_of(proof_of(["words"], "name"), source_names={source_id: "商店"})
        text = " ".join(pypdf.PdfReader(io.BytesIO(document)).pages[0].extract_text().split())
        assert ("no font for" in text) is ("[U+5546][U+5E97] (s) · m" in text) is told


def test_a_document_holds_the_whole_of_a_long_wording_or_says_that_it_does_not() -> None:
    words = [f"согласие-{number}" for number in range(2_000)]  # 26,000 characters
    for wording, is_cut in ((" ".join(words), False), ("我" * 9_000, True)):
        reader = pypdf.PdfReader(io.BytesIO(document_of(proof_of([wording], "name"), source_names={})))
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        assert ("ATTENTION" in text) is is_cut
        assert is_cut or all(word in text for word in words)


@pytest.mark.parametrize("wording", ["我" * 3_000, "строка\n" * 400, "א" * 3_000, "a\u0301" * 3_000, "\n" * 200])
def test_no_wording_is_too_long_for_a_document(wording: str) -> None:
    document = document_of(proof_of([wording] * 3, wording), source_names={})
    assert len(pypdf.PdfReader(io.BytesIO(document)).pages) > 1
