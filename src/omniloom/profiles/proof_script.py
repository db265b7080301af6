"""How a text of any script is drawn: each character in a font that has it, in the order the eye reads.

A document has no fonts but those it brings. Where none has a character, or the script wants more than characters put
side by side (Chinese; Devanagari and its kin), its Unicode number stands in its place, never an empty box.
"""

import functools
import io
import unicodedata
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from itertools import groupby

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Roboto", "Roboto-Bold"
_OWN = {PLAIN: "Roboto-Regular.ttf", BOLD: "Roboto-Bold.ttf"}
# The first that has a character draws it, in one weight. Scripts that must be shaped by more rules are left out.
_MORE = (
    "NotoSans", "NotoSansGeorgian", "NotoSansArmenian", "NotoSansHebrew", "NotoSansArabic", "NotoSansEthiopic",
    "NotoSansThai", "NotoSansLao", "NotoSansSymbols", "NotoEmoji",
)  # fmt: skip
_UNSEEN = {"Cf", "Cc"}  # what says how to set text, and draws nothing
_VARIANTS = range(0xFE00, 0xFE10)
_FROM_THE_RIGHT = {"R", "AL"}
_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))  # the order's algorithm here is of before they were
_JOINED = {"delete_harakat": False, "support_ligatures": True}
_NUMBER_CHARS = len("[U+4E2D]")
_WORD_CHARS_MAX = 40  # of a word from the right: a longer one would be broken at its wrong end


def shortened(text: str, *, chars_max: int) -> str:
    """A text that takes the room of ``chars_max`` characters at most; what was cut off ends with three dots."""
    taken = 0
    for place, character in enumerate(text):
        taken += 1 if _place(character) != ("", False) else _NUMBER_CHARS
        if taken > chars_max:
            return f"{text[:place]}…"
    return text


def markup(text: str, *, font: str, size: float, width: float) -> str:
    """A text as a paragraph's markup. Lines with words from the right are broken here, at ``width`` points."""
    composed = unicodedata.normalize("NFC", text).replace("\t", " ")
    lines = [line for part in composed.splitlines() for line in _lines(part, font, size, width)]
    return "<br/>".join(_marked(line, font) for line in lines)


def undrawn(text: str) -> bool:
    """Whether a text has characters that stand as their numbers."""
    return any(not is_unseen and not name for name, is_unseen in map(_place, set(unicodedata.normalize("NFC", text))))


def _lines(line: str, font: str, size: float, width: float) -> Iterator[str]:
    """The lines as they are seen; one that is read from the left is left whole, for the paragraph breaks it."""
    if not any(unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in line):
        yield line
        return
    line = "".join(each if unicodedata.bidirectional(each) else _number(each) for each in line.translate(_ISOLATES))
    base = next(_directions(line), "L")
    joined = _reshaper().reshape(line).split()
    words = [word[at : at + _WORD_CHARS_MAX] for word in joined for at in range(0, len(word), _WORD_CHARS_MAX)]
    for seen in _broken(words, font, size, width):
        yield str(get_display(seen, base_dir=base))


def _directions(line: str) -> Iterator[str]:
    for character in line:
        if (kind := unicodedata.bidirectional(character)) in {"L", *_FROM_THE_RIGHT}:
            yield "L" if kind == "L" else "R"


def _broken(words: list[str], font: str, size: float, width: float) -> Iterator[str]:
    begun: list[str] = []
    for word in words:
        if begun and _width(" ".join([*begun, word]), font, size) > width:
            yield " ".join(begun)
            begun = []
        begun.append(word)
    yield " ".join(begun)


def _width(text: str, font: str, size: float) -> float:
    return sum(float(pdfmetrics.stringWidth(run, name or font, size)) for name, run in _runs(text, font))


def _marked(line: str, font: str) -> str:
    runs = ((name, escape(run, quote=False)) for name, run in _runs(line, font))
    return "".join(run if name == font else f'<font name="{name}">{run}</font>' for name, run in runs)


def _runs(line: str, font: str) -> Iterator[tuple[str, str]]:
    """(font, what is drawn in it), in order."""
    drawn = ((font if name == PLAIN else name, character) for character in line
             for name, is_unseen in [_place(character)] if not is_unseen)  # fmt: skip
    for name, run in groupby(drawn, key=lambda one: one[0]):
        text = "".join(character for _, character in run)
        yield (name, text) if name else (font, "".join(map(_number, text)))


def _number(character: str) -> str:
    return f"[U+{ord(character):04X}]"


@functools.cache
def _place(character: str) -> tuple[str, bool]:
    """(the font that has a character, empty if none; whether it draws nothing at all)."""
    if unicodedata.category(character) in _UNSEEN or ord(character) in _VARIANTS:
        return "", True
    return next((name for name in (PLAIN, *_MORE) if ord(character) in _face(name)), ""), False


@functools.cache
def _face(name: str) -> frozenset[int]:
    """The characters of a font, which is known to the documents from now on."""
    path = files("font_roboto") / "files" / _OWN[name] if name in _OWN else files("manimgx_fonts") / f"{name}[wght].ttf"
    font = TTFont(name, io.BytesIO(path.read_bytes()))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def register_fonts() -> None:
    """Make the documents' own fonts known; others follow when a text needs them."""
    for name in _OWN:
        _face(name)


@functools.cache
def _reshaper() -> ArabicReshaper:
    return ArabicReshaper(configuration=_JOINED)
