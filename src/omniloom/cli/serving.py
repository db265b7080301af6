"""A platform at work in this process: pages, API and worker, until it is told to stop."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn

from omniloom import access, api
from omniloom.app import Platform
from omniloom.cli.client import SERVER_FILE, write_server_file
from omniloom.cli.collect import collecting
from omniloom.cli.listen import bind
from omniloom.cli.output import console
from omniloom.core.errors import Conflict, Unavailable
from omniloom.worker import loop, relocation

STOP_S = 10  # how long open requests may take to finish


def run(platform: Platform) -> None:
    """Serve an open platform until SIGINT or SIGTERM."""
    with serving(platform) as url:
        greet(platform, url)
        run_until_stopped(threading.Event())


@contextmanager
def serving(platform: Platform, *, any_port: bool = False) -> Iterator[str]:
    """Pages, API and worker running beside the caller; what it yields is the server's URL.

    ``any_port``: take a free port where the settings' port is in use.
    """
    with listening(platform, any_port=any_port) as sock:
        url = f"http://{platform.settings.server.host}:{sock.getsockname()[1]}"
        platform.announce_url(url)
        server = server_of(platform)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="server")
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise Unavailable("the server did not start", hint="see the message above")
            time.sleep(0.02)
        try:
            with collecting(platform, url=url) as collect_url, working(platform):
                write_server_file(platform.data_dir, url, collect_url)
                yield url
        finally:
            (platform.data_dir / SERVER_FILE).unlink(missing_ok=True)
            server.should_exit = True
            thread.join()


def run_until_stopped(stop: threading.Event) -> None:
    """Wait for SIGINT or SIGTERM. Errors: Unavailable if the server or the worker ended by itself."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1.0):
        if not {"server", "worker"} <= {thread.name for thread in threading.enumerate()}:
            raise Unavailable("a part of the server has ended", hint="see the messages above, then start it again")


def greet(platform: Platform, url: str) -> None:
    """Say where it is, and on first run how to become the owner."""
    console.print(f"Omniloom serves [bold]{url}[/bold] (Ctrl-C stops it)")
    if access.is_fresh(platform.stores):
        token = access.setup_token(platform.stores)
        link = f"[bold]{url}/setup?token={token}[/bold]"
        console.print(f"First run: open {link} to become the owner", soft_wrap=True)  # a broken line breaks the link


def server_of(platform: Platform) -> uvicorn.Server:
    """The HTTP server of a platform with its pages."""
    from omniloom.web.shell import mount  # loading every page takes a second that other commands need not pay

    application = api.build(platform)
    mount(application, platform)
    settings = platform.settings.server
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_S,
        timeout_keep_alive=settings.keep_alive_s,
        http=api.bounded_http(connections_max=settings.connections_max, head_s=settings.head_s),
    )
    return uvicorn.Server(config)


@contextmanager
def listening(platform: Platform, *, any_port: bool = False) -> Iterator[socket.socket]:
    """A socket bound to the settings' address. Errors: Conflict if the port is taken; as ``bind``."""
    settings = platform.settings.server
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _bind(sock, settings.host, settings.port, any_port=any_port)
        yield sock
    finally:
        sock.close()


def _bind(sock: socket.socket, host: str, port: int, *, any_port: bool) -> None:
    hint = "choose another with --port or server.port; 0 takes a free one"
    try:
        bind(sock, host, port, hint=hint)
    except Conflict:
        if not any_port:
            raise
        bind(sock, host, 0, hint=hint)


@contextmanager
def working(platform: Platform) -> Iterator[None]:
    """The worker's loop in a thread; told to stop and waited for at the end."""
    stop = threading.Event()
    attend = partial(relocation.attend, platform, stop)
    thread = threading.Thread(target=loop.run, args=(platform, stop, attend), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        platform.wake.set()
        thread.join()
