"""The proof as a document: one page or many, with fonts of its own, so that it reads the same everywhere."""

import functools
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from omniloom.profiles.proof import ConsentProof, ProofLine
from omniloom.profiles.proof_script import BOLD, PLAIN, markup, register_fonts, shortened, undrawn
from omniloom.profiles.proof_texts import proof_texts, said

_INK, _SOFT, _LINE = HexColor("#1b2233"), HexColor("#5a667c"), HexColor("#d7dde8")
_TONES = {True: HexColor("#12805c"), False: HexColor("#b3243f")}
_MARGIN = 18 * mm
_LABEL = 44 * mm
_FRAME = 6  # points that the page's frame keeps free at each side
_VALUE = A4[0] - 2 * (_MARGIN + _FRAME) - _LABEL
_CELL = 12  # points that a table keeps free within a cell
_TEXT_CHARS = 60_000  # of one value, more than an event can hold; a character without a font takes eight


def document_of(proof: ConsentProof, *, source_names: Mapping[str, str], language: str = "en") -> bytes:
    """The proof as PDF in a language. Cost: some milliseconds a line of the ledger."""
    register_fonts()
    texts = proof_texts(language) | {f"sources.{source_id}": name for source_id, name in source_names.items()}
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=f"{texts['title']} · {proof.name or proof.person_id}", author="Omniloom", lang=language, invariant=1,
    )  # fmt: skip

    def footer(canvas: Any, _document: Any) -> None:
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(_SOFT)
        canvas.drawString(_MARGIN + _FRAME, 9 * mm, f"{texts['digest']}: {proof.digest}")
        canvas.drawRightString(A4[0] - _MARGIN - _FRAME, 9 * mm, f"{texts['page']} {canvas.getPageNumber()}")

    document.build(list(_story(proof, texts)), onFirstPage=footer, onLaterPages=footer)
    return file.getvalue()


def _story(proof: ConsentProof, texts: dict[str, str]) -> Iterator[Any]:
    yield _paragraph(texts["title"], size=18, is_bold=True)
    yield _paragraph(texts["subtitle"], tone=_SOFT)
    yield Spacer(1, 4 * mm)
    yield _facts(list(_about(proof, texts)))
    yield _heading(texts["in_force"])
    yield from (_force(one, texts) for one in proof.in_force)
    yield _heading(texts["ledger"])
    if not proof.lines:
        yield _paragraph(texts["nothing"])
    for line in proof.lines:
        head = f"{texts['given'] if line.is_given else texts['withdrawn']} · {_when(line.said_at)}"
        yield HRFlowable(width="100%", thickness=0.5, color=_LINE, spaceBefore=4, spaceAfter=4)
        title = _paragraph(head, is_bold=True, tone=_TONES[line.is_given])
        yield KeepTogether([title, _facts(list(_line_facts(line, texts)))])
    yield _heading(texts["how"])
    broken = ", ".join(f"{person_id}/{place}" for person_id, place in proof.broken)
    yield _paragraph(texts["broken"] + broken if broken else texts["whole"], is_bold=bool(broken))
    if any(not line.link for line in proof.lines):
        yield _paragraph(texts["unlinked"])
    yield _paragraph(texts["note"], size=8, tone=_SOFT)
    names = "".join({said(texts, "sources", line.source_id) for line in proof.lines})
    if undrawn(msgspec.json.encode(proof).decode() + names):
        yield _paragraph(texts["numbers"], size=8, tone=_SOFT)
    if any(shortened(line.wording, chars_max=_TEXT_CHARS) != line.wording for line in proof.lines):
        yield _paragraph(texts["cut"], is_bold=True)


def _about(proof: ConsentProof, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    if proof.name:
        yield texts["name"], proof.name
    yield texts["number"], ", ".join(map(str, [proof.person_id, *(n for n in proof.people if n != proof.person_id)]))
    yield texts["identifiers"], "\n".join(_identifier(one, texts) for one in proof.identifiers)
    yield texts["made_at"], _when(proof.made_at)


def _identifier(one: dict[str, Any], texts: dict[str, str]) -> str:
    return f"{said(texts, 'kinds', one['kind'])}: {one['value']}"


def _force(one: dict[str, Any], texts: dict[str, str]) -> Paragraph:
    word = texts["given"] if one["is_given"] else texts["withdrawn"]
    channel, purpose = said(texts, "channels", one["channel"]), said(texts, "purposes", one["purpose"])
    text = f"{word}: {channel}, {purpose}, {one['advertiser'] or texts['own']} ({_when(one['said_at'])})"
    return _paragraph(text, tone=_TONES[one["is_given"]])


def _line_facts(line: ProofLine, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield texts["channel"], said(texts, "channels", line.channel)
    yield texts["purpose"], said(texts, "purposes", line.purpose)
    yield texts["advertiser"], line.advertiser or texts["own"]
    yield texts["wording"], line.wording or texts["no_wording"]
    named = (
        ("version", line.wording_version), ("hash", line.wording_hash), ("method", said(texts, "methods", line.method)),
        ("ip", line.ip), ("user_agent", line.user_agent),
    )  # fmt: skip
    yield from ((texts[name], value) for name, value in named if value)
    evidence = msgspec.json.decode(line.evidence)
    if evidence:
        told = (f"{said(texts, 'particulars', name)}: {_shown(value)}" for name, value in evidence.items())
        yield texts["evidence"], "\n".join(told)
    yield texts["source"], f"{_source(line.source_id, texts)} · {line.message_id}"
    yield texts["recorded_at"], _when(line.recorded_at)
    yield texts["link"], f"{line.person_id}/{line.place} {line.link}".strip()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _source(source_id: str, texts: dict[str, str]) -> str:
    name = said(texts, "sources", source_id)
    return source_id if name == source_id else f"{name} ({source_id})"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _heading(text: str) -> Paragraph:
    return _paragraph(text, size=12, is_bold=True, before=12)


def _paragraph(text: str, *, size: int = 9, is_bold: bool = False, tone: Any = _INK, before: int = 0) -> Paragraph:
    marked = markup(
        shortened(text, chars_max=_TEXT_CHARS), font=BOLD if is_bold else PLAIN, size=size, width=_VALUE - _CELL
    )
    return Paragraph(marked, _style(size, is_bold, tone, before))


@functools.cache
def _style(size: int, is_bold: bool, tone: Any, before: int) -> ParagraphStyle:  # noqa: FBT001 - the looks of a text
    return ParagraphStyle(
        "text", fontName=BOLD if is_bold else PLAIN, fontSize=size, leading=size * 1.4, textColor=tone,
        spaceBefore=before, spaceAfter=2, splitLongWords=1,
    )  # fmt: skip


def _facts(items: list[tuple[str, str]]) -> Table:
    rows = [[_paragraph(label, tone=_SOFT), _paragraph(value)] for label, value in items]
    table = Table(rows, colWidths=[_LABEL, _VALUE], splitInRow=1)
    table.setStyle(TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]))  # fmt: skip
    return table
