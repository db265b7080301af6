"""`omniloom bench privacy`: the copy and the erasure of one person with a long history."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom import identity, privacy
from omniloom.app import Platform, open_platform
from omniloom.cli.bench.stored import size_of
from omniloom.cli.output import AsJson, console, print_json
from omniloom.collect import add_source
from omniloom.collect import append as append_events
from omniloom.core.clock import stopwatch
from omniloom.core.event import Event
from omniloom.worker import loop

_BATCH = 4_000
_EMAIL = "heavy@example.test"


def bench_privacy(
    events: Annotated[str, typer.Option(help="Events of the one person.")] = "100k", as_json: AsJson = False
) -> None:
    """Measure the copy (JSON and CSV) and the erasure of one person with so many events."""
    with tempfile.TemporaryDirectory(prefix="omniloom-bench-") as folder:
        platform = open_platform(Path(folder) / "data", flags={"worker.rows_max": 20_000})
        try:
            found = _measure(platform, Path(folder), size_of(events))
        finally:
            platform.close()
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        console.print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}")


def _measure(platform: Platform, folder: Path, events: int) -> dict[str, Any]:
    _tell(platform, events)
    person_id = identity.find(platform.stores, _EMAIL, platform.settings.identity.home_region)[0]
    found: dict[str, Any] = {"events": events}
    options: dict[str, Any] = {"now": platform.now(), "home_region": platform.settings.identity.home_region}
    for form in privacy.ExportFormat:
        path, before = folder / f"copy.{form}", _peak_mb(reset=True)
        started = stopwatch()
        with path.open("wb") as file:
            rows = privacy.export(platform.stores, person_id, form, file, **options)
        found |= {f"export_{form}_s": round(stopwatch() - started, 2), f"export_{form}_bytes": path.stat().st_size,
                  f"export_{form}_rows": rows, f"export_{form}_memory_mb": _peak_mb() - before}  # fmt: skip
    started = stopwatch()
    privacy.erase(platform.stores, person_id, by="bench", reason="bench", ids=platform.ids, **options)
    found["erase_answer_s"] = round(stopwatch() - started, 2)
    loop.catch_up(platform)
    found["erase_done_s"] = round(stopwatch() - started, 2)
    found["state"] = privacy.erasures(platform.stores)[0].state
    return found


def _tell(platform: Platform, events: int) -> None:
    source = add_source(platform.stores, name="bench", kind="server", now=platform.now(), ids=platform.ids)
    begun = platform.now() - timedelta(days=365)
    step = timedelta(days=365) / events
    for first in range(0, events, _BATCH):
        append_events(platform.stores, [
            Event(
                source_id=source.source_id, message_id=f"b{n}", type="track", name="Product Viewed",
                occurred_at=begun + n * step, received_at=platform.now(),
                identifiers={"user_id": "heavy", "email": _EMAIL},
                properties={"product_id": f"p{n % 997}", "price": n % 50, "url": f"https://shop.example/p/{n % 997}"},
                context={"ip": "203.0.113.7", "userAgent": "Mozilla/5.0", "page": {"path": f"/p/{n % 997}"}},
            )
            for n in range(first, min(first + _BATCH, events))
        ])  # fmt: skip
    loop.catch_up(platform)


def _peak_mb(*, reset: bool = False) -> int:
    """The most memory this process has held since the last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
