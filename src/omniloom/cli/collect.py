"""`omniloom collect`: a process that only takes events in, beside the server or alone while the server is down.

Collectors share one port (SO_REUSEPORT): the kernel deals connections out to them. One that was started by the server
ends with it.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn

from omniloom import api
from omniloom.app import Platform, open_collector
from omniloom.cli.listen import bind
from omniloom.cli.output import DEFAULT_DATA_DIR, DataDir, console
from omniloom.core.errors import Unavailable

STOP_S = 10  # how long open requests may take to finish
START_S = 60  # how long collectors may take to start
RESTART_S = 1.0  # pause before a collector that ended by itself is started again
log = structlog.get_logger("omniloom.collect")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("collect", epilog="Example: `omniloom collect --port 8081`")(collect)


def collect(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, shared with other collectors.")] = None,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input ends.")
    ] = False,
) -> None:
    """Take events in until interrupted; the server resolves them whenever it runs."""
    flags = {k: v for k, v in (("server.host", host), ("server.collect_port", port)) if v is not None}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again behind itself: close what is open
    collector = open_collector(data_dir, flags=flags)
    try:
        settings = collector.settings.server
        with shared_socket(settings.host, settings.collect_port) as sock:
            config = uvicorn.Config(
                api.build_collector(collector), log_config=None, access_log=False, timeout_graceful_shutdown=STOP_S,
                timeout_keep_alive=settings.keep_alive_s,
                http=api.bounded_http(connections_max=settings.connections_max, head_s=settings.head_s),
            )  # fmt: skip
            if with_parent:
                threading.Thread(target=_end_with_parent, daemon=True).start()
            else:
                console.print(f"collecting on port [bold]{sock.getsockname()[1]}[/bold] (Ctrl-C stops it)")
            uvicorn.Server(config).run(sockets=[sock])
    finally:
        collector.close()


def _end_with_parent() -> None:
    """The parent holds the other end of standard input; when it is gone, so are we.

    Read without a buffer: the lock of ``sys.stdin``, held by a thread that still waits, would abort Python at its end.
    """
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def shared_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that other collectors may listen on as well. Errors: as ``bind``."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bind(sock, host, port, hint="set server.collect_port, or --collect-port of `serve`, --port of `collect`")
        yield sock
    finally:
        sock.close()


@contextmanager
def collecting(platform: Platform, *, url: str) -> Iterator[str]:
    """The settings' collectors running beside the caller, each started again if it ends; where they take events in.

    With no collectors that is the server itself, at ``url``.
    """
    server = platform.settings.server
    if not server.collectors:
        yield url
        return
    with shared_socket(server.host, server.collect_port) as reserved:  # bound, not listening: it only keeps the port
        port = reserved.getsockname()[1]
        stop = threading.Event()
        keepers = [
            threading.Thread(target=_keep_one, args=(platform.data_dir, server.host, port, stop), name=f"collector-{i}")
            for i in range(server.collectors)
        ]
        for keeper in keepers:
            keeper.start()
        try:
            _wait_for(server.host, port)
            yield f"http://{server.host}:{port}"
        finally:
            stop.set()
            for keeper in keepers:
                keeper.join()


def _wait_for(host: str, port: int) -> None:
    """Wait until somebody listens. Errors: Unavailable after a minute."""
    for _ in range(int(START_S / 0.1)):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=START_S):
            return
        time.sleep(0.1)
    raise Unavailable("no collector has started", hint="see the messages above")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a collector; one that does not in time is killed: what it acknowledged is on disk."""
    process.terminate()
    try:
        process.wait(STOP_S + 5)
    except subprocess.TimeoutExpired:
        log.warning("collector killed", pid=process.pid)
        process.kill()
        process.wait()


def _keep_one(data_dir: Path, host: str, port: int, stop: threading.Event) -> None:
    """Run one collector until told to stop."""
    command = [sys.executable, "-m", "omniloom.cli.main", "collect", "--data-dir", str(data_dir), "--host", host,
               "--port", str(port), "--with-parent"]  # fmt: skip
    while not stop.is_set():
        process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
        while not stop.wait(0.2) and process.poll() is None:
            pass
        if process.poll() is None:
            _end(process)
        else:
            log.error("collector ended", code=process.returncode)
            stop.wait(RESTART_S)
        if process.stdin is not None:
            process.stdin.close()
