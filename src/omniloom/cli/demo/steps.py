"""The demo's progress: one line a step while it runs, its seconds afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from omniloom.cli.output import errors
from omniloom.core.clock import stopwatch


class Note(Protocol):
    """Tells how far a step is."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """So many done, of so many if known."""
        ...


class Steps:
    """Times named steps and shows their bars on standard error; quiet for scripts."""

    def __init__(self, *, quiet: bool) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<34}"), BarColumn(), TextColumn("{task.fields[done]}"), TimeElapsedColumn(),
            console=errors, disable=quiet,
        )  # fmt: skip
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    @contextmanager
    def step(self, key: str, title: str) -> Iterator[Note]:
        """One step; call what it yields with (done, total) as it goes on."""
        task: TaskID = self._bars.add_task(title, total=None, done="")
        started = stopwatch()

        def note(done: int, total: int | None = None) -> None:
            self._bars.update(task, completed=done, total=total, done=f"{done:,}")

        yield note
        self.seconds[key] = round(stopwatch() - started, 2)
        last = self._bars.tasks[task]
        self._bars.update(task, total=max(last.completed, 1), completed=max(last.completed, 1))

    def close(self) -> None:
        """End the bars before a table is printed."""
        self._bars.stop()
