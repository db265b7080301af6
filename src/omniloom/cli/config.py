"""`omniloom config` and `omniloom doctor`: what is set, and whether the installation is well."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import typer

from omniloom.app import read_settings
from omniloom.cli.client import running_server
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, print_json, print_table
from omniloom.core.errors import OmniloomError, Unavailable
from omniloom.store import engine_versions

DISK_FREE_MIN = 1 << 30


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("config", epilog="Example: `omniloom config --json`")(show_config)
    app.command("doctor", epilog="Example: `omniloom doctor --data-dir data`")(doctor)


def show_config(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Show every installation setting: its value, where it comes from, what it is for. Secrets stay hidden."""
    values = read_settings(data_dir).values
    rows = [
        (f"{v.room}.{v.field}", "(hidden)" if v.secret else v.value, v.origin, v.help)
        for v in sorted(values, key=lambda v: (v.room, v.field))
    ]
    if as_json:
        print_json([dict(zip(("setting", "value", "origin", "help"), row, strict=True)) for row in rows])
    else:
        print_table(
            "Settings", ("setting", "value", "origin", "what it is for"), [(r[0], str(r[1]), *r[2:]) for r in rows]
        )


def doctor(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """Check what an installation needs; each finding says what to do."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("settings", lambda: f"{len(read_settings(data_dir).values)} settings are valid"),
        *((f"engine of {store}", ask) for store, ask in _engines(data_dir).items()),
        ("disk", lambda: _check_disk(data_dir)),
        ("data directory", lambda: _check_directory(data_dir)),
        ("server", lambda: running_server(data_dir) or "not running"),
    ]
    findings = []
    for name, check in checks:
        try:
            findings.append({"check": name, "ok": True, "finding": check(), "fix": ""})
        except OmniloomError as error:
            findings.append({"check": name, "ok": False, "finding": error.message, "fix": error.hint})
    if as_json:
        print_json(findings)
    else:
        print_table("Doctor", ("check", "well", "finding", "what to do"), [list(f.values()) for f in findings])
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(7)


def _engines(data_dir: Path) -> dict[str, Callable[[], str]]:
    """How to ask for each store's engine; wrong settings are told by their own check."""
    try:
        return engine_versions(read_settings(data_dir).store)
    except OmniloomError:
        return {}


def _check_disk(data_dir: Path) -> str:
    folder = next(parent for parent in (data_dir.resolve(), *data_dir.resolve().parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    if free < DISK_FREE_MIN:
        raise Unavailable(f"{free >> 20} MiB of disk are left", hint="free some space: intake stops on a full disk")
    return f"{free >> 30} GiB free"


def _check_directory(data_dir: Path) -> str:
    if not data_dir.exists():
        return "not made yet; `omniloom serve` or `omniloom demo` makes it"
    if not os.access(data_dir, os.W_OK):
        raise Unavailable(f"{data_dir} is not writable", hint="run as its owner, or choose another --data-dir")
    return f"{sum(f.stat().st_size for f in data_dir.rglob('*') if f.is_file()) >> 20} MiB in {data_dir}"
