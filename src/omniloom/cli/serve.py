"""`omniloom serve`: every role in one process. It stops cleanly and goes on where it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom.app import Platform, open_platform, read_settings
from omniloom.cli.output import DEFAULT_DATA_DIR, DataDir
from omniloom.cli.serving import run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", epilog="Example: `omniloom serve --data-dir data --port 8080`")(serve)


def serve(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    collectors: Annotated[int | None, typer.Option(help="Processes beside it that only take events in.")] = None,
    collect_port: Annotated[int | None, typer.Option(help="The collectors' port; 0 takes a free one.")] = None,
) -> None:
    """Serve the pages, the API and the worker until interrupted."""
    given = {"host": host, "port": port, "collectors": collectors, "collect_port": collect_port}
    flags = {f"server.{name}": value for name, value in given.items() if value is not None}
    with _opened(data_dir.expanduser().resolve(), flags) as platform:
        run(platform)


@contextmanager
def _opened(data_dir: Path, flags: dict[str, Any]) -> Iterator[Platform]:
    """The platform; a demo's with what its channels send to."""
    settings = read_settings(data_dir, flags=flags)
    if settings.server.demo_shop:
        from omniloom.cli.demo.again import opened  # takes a second that others need not pay

        with opened(data_dir, flags, settings.core.egress_allow) as platform:
            yield platform
        return
    platform = open_platform(data_dir, flags=flags)
    try:
        yield platform
    finally:
        platform.close()
