"""The stylesheet of the pages that define and send: forms, steps, previews. Beside the frame's own."""

from pathlib import Path

from nicegui import ui

_SHEET = Path(__file__).parent / "static" / "marketing.css"


def styled() -> None:
    """Add the stylesheet to the present page."""
    ui.add_head_html(f'<link rel="stylesheet" href="/_omniloom/static/marketing.css?v={int(_SHEET.stat().st_mtime)}">')
