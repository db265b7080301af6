"""QR codes and barcodes as pictures: SVG for pages and print, PNG for mail programs. Black on white in every theme."""

import struct
import zlib
from collections.abc import Sequence

import segno

QR_QUIET = 4  # modules around a QR code (ISO/IEC 18004)
BARS_QUIET = 11  # modules beside an EAN-13
BARS_HEIGHT = 40  # modules
_PNG = b"\x89PNG\r\n\x1a\n"

Rows = Sequence[str]  # of modules: 1 dark, 0 light


def qr_rows(text: str) -> list[str]:
    """The modules of a QR code that a till's scanner and a scratched window can bear (a quarter may be lost)."""
    code = segno.make(text, error="q", micro=False, boost_error=False)
    return ["".join(map(str, row)) for row in code.matrix]


def bar_rows(modules: str) -> list[str]:
    """The modules of a barcode, as high as they should be."""
    return [modules] * BARS_HEIGHT


def svg(rows: Rows, *, quiet: int, title: str) -> str:
    """The picture as SVG without styles or scripts, so that a strict policy shows it. ``title`` must be plain text."""
    width, height = len(rows[0]) + 2 * quiet, len(rows) + 2 * quiet
    path = "".join(
        f"M{quiet + start} {quiet + y}h{length}v{tall}h-{length}z"
        for y, tall, row in _bands(rows)
        for start, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width * 4}"'
        f' height="{height * 4}" role="img" aria-label="{_escaped(title)}" shape-rendering="crispEdges">'
        f'<rect width="{width}" height="{height}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def png(rows: Rows, *, quiet: int, scale: int = 6) -> bytes:
    """The picture as a PNG of one bit a pixel."""
    empty = "0" * (len(rows[0]) + 2 * quiet)
    framed = [empty] * quiet + ["0" * quiet + row + "0" * quiet for row in rows] + [empty] * quiet
    width, height = len(empty) * scale, len(framed) * scale
    lines = b"".join(_line(row, scale) * scale for row in framed)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def _line(row: str, scale: int) -> bytes:
    bits = "".join(("0" if module == "1" else "1") * scale for module in row)
    padded = bits + "1" * (-len(bits) % 8)
    return b"\x00" + int(padded, 2).to_bytes(len(padded) // 8, "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _bands(rows: Rows) -> list[tuple[int, int, str]]:
    """Equal rows below each other as one: (first row, how many, row)."""
    bands: list[tuple[int, int, str]] = []
    for y, row in enumerate(rows):
        if bands and bands[-1][2] == row:
            bands[-1] = (bands[-1][0], bands[-1][1] + 1, row)
        else:
            bands.append((y, 1, row))
    return bands


def _runs(row: str) -> list[tuple[int, int]]:
    """Dark stretches of a row: (start, length)."""
    found, start = [], 0
    for run in row.replace("01", "0 1").replace("10", "1 0").split(" "):
        if run.startswith("1"):
            found.append((start, len(run)))
        start += len(run)
    return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
