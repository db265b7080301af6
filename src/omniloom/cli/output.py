"""What every command prints: tables for people, one JSON document for scripts, faults with their fix."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from omniloom.core.errors import OmniloomError

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?|–")
_KEY = re.compile(r"[\w.:-]{16,}|–")  # an id or a key: somebody copies it
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")  # as the API writes instants
console = Console()
errors = Console(stderr=True)

DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="OMNILOOM_DATA_DIR", help="Where the installation keeps its data.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
DEFAULT_DATA_DIR = Path("data")


def explain(error: OmniloomError) -> None:
    """Say what is wrong and what to do about it."""
    errors.print(f"[red]{error.code}[/red]: ", end="")
    errors.print(error.message, markup=False, highlight=False)
    if error.hint:
        errors.print("[dim]→[/dim] ", end="")
        errors.print(error.hint, markup=False, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on one line of standard output."""
    print(msgspec.json.encode(value, enc_hook=str).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "none yet") -> None:
    """A table; numbers to the right. ``empty`` says what to do when there are no rows."""
    listed = [list(row) for row in rows]
    if not listed:
        console.print(f"{title}: {empty}", markup=False)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    texts = [[shown(value) for value in row] for row in listed]
    for name, column in zip(columns, zip(*texts, strict=True), strict=True):
        if all(_NUMBER.fullmatch(text) for text in column):  # a number is never broken; words give way
            table.add_column(name, justify="right", min_width=max(map(len, column)), overflow="fold")
        elif all(_KEY.fullmatch(text) for text in column):  # nor is what is to be copied
            table.add_column(name, min_width=max(map(len, column)), no_wrap=True)
        else:
            table.add_column(name, overflow="fold")
    for row in texts:
        table.add_row(*row)
    console.print(table)


def shown(value: Any) -> str:
    """A value as a person reads it; text from outside never becomes markup."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    if isinstance(value, str) and _INSTANT.match(value):
        return value[:16].replace("T", " ")
    if isinstance(value, (Mapping, list)):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).replace("[", "\\[")
