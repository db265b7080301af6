"""Renders templates in a separate process that is killed when it takes too long or too much.

One process works, a second stands ready: after a kill the next job is served at once while a replacement starts.
The processes get an empty environment and no file but their pipes, so a template could not find a secret even if it
broke out of Liquid. See sandbox.py for the subset and its limits.
"""

import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from omniloom.core.clock import stopwatch
from omniloom.messaging import sandbox
from omniloom.messaging.sandbox import Job, Part, Result

WALL_S = 0.5  # for one message; the start of the process does not count
START_S = 20.0  # a loaded machine may take this long to start the process


class RenderProblem(StrEnum):
    """Why a message could not be rendered."""

    TEMPLATE = "template"  # an error with this person's values
    LIMIT = "limit"  # over a limit of time, memory, loops or size: most likely wrong for everybody


@dataclass(frozen=True, slots=True)
class Rendered:
    """Texts in the order of the job's parts, and the names of values the person does not have."""

    texts: list[str]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """No message, and why."""

    problem: RenderProblem
    reason: str


class Renderer:
    """A process that renders, and its stand-in. Starts at the first job; safe to use from several threads."""

    def __init__(self, *, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        self._lock = threading.Lock()
        self._ready: list[_Process] = []

    def render(self, parts: Sequence[Part], context: dict[str, object]) -> Rendered | RenderFailed:
        """One message. Never raises for what a template does."""
        return self.render_many([Job(list(parts), context)])[0]

    def render_many(self, jobs: Sequence[Job]) -> list[Rendered | RenderFailed]:
        """Messages in order; one that fails does not disturb the others."""
        with self._lock:
            return [self._one(job) for job in jobs]

    def close(self) -> None:
        """End the processes. The renderer may be used again."""
        with self._lock:
            for process in self._ready:
                process.kill()
            self._ready.clear()

    def _one(self, job: Job) -> Rendered | RenderFailed:
        while len(self._ready) < 2:
            self._ready.append(_Process())
        result = self._ready[0].ask(job, self._wall_s)
        if result is None:
            self._ready.pop(0).kill()
            self._ready.append(_Process())
            return RenderFailed(RenderProblem.LIMIT, f"the template took over {self._wall_s:g} s or too much memory")
        if result.failure:
            return RenderFailed(RenderProblem.LIMIT if result.is_limit else RenderProblem.TEMPLATE, result.failure)
        return Rendered(result.texts, result.missing)


class _Process:
    """One rendering process and its pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", str(Path(sandbox.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            bufsize=0,
        )
        assert self._process.stdin is not None  # noqa: S101 - narrows the type; both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        os.set_blocking(self._stdin.fileno(), False)
        self._is_warm = False

    def ask(self, job: Job, wall_s: float) -> Result | None:
        """The answer, or None if it did not come in time or the process died."""
        if not self._is_warm:
            self._is_warm = self._exchange(Job([], {}), START_S) is not None
        return self._exchange(job, wall_s)

    def kill(self) -> None:
        """End the process now and collect it."""
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        self._stdout.close()

    def _exchange(self, job: Job, wall_s: float) -> Result | None:
        deadline = stopwatch() + wall_s
        body = msgspec.msgpack.encode(job)
        try:
            self._write(len(body).to_bytes(4, "big") + body, deadline)
            size = int.from_bytes(self._read(4, deadline), "big")
            return msgspec.msgpack.decode(self._read(size, deadline), type=Result)
        except (TimeoutError, OSError, EOFError, msgspec.MsgspecError):
            return None

    def _write(self, body: bytes, deadline: float) -> None:
        left = memoryview(body)
        while left:
            _wait(self._stdin.fileno(), selectors.EVENT_WRITE, deadline)
            left = left[os.write(self._stdin.fileno(), left) :]

    def _read(self, size: int, deadline: float) -> bytes:
        body = bytearray()
        while len(body) < size:
            _wait(self._stdout.fileno(), selectors.EVENT_READ, deadline)
            chunk = os.read(self._stdout.fileno(), size - len(body))
            if not chunk:
                raise EOFError
            body += chunk
        return bytes(body)


def _wait(fd: int, event: int, deadline: float) -> None:
    """Errors: TimeoutError at the deadline."""
    with selectors.DefaultSelector() as selector:
        selector.register(fd, event)
        if not selector.select(max(0.0, deadline - stopwatch())):
            raise TimeoutError
