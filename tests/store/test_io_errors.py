"""The disk fails at any of its calls: what was acknowledged is there, and the log goes on or says that it cannot."""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.store.test_power_cut import Disk, OpenFile, disk_under_sqlite

from omniloom.core.errors import Unavailable
from omniloom.store.engines.sqlite_log import SqliteLog

APPENDS = 25


class Failing:
    """Counts a disk's writes, syncs and truncations; fails one of them."""

    def __init__(self, at: int, error: type[apsw.Error]) -> None:
        self.at, self.error, self.calls = at, error, 0

    def __call__(self, call: Any) -> Any:
        def counted(file: OpenFile, *given: Any) -> Any:
            self.calls += 1
            if self.calls == self.at:
                raise self.error
            return call(file, *given)

        return counted


def outcome(at: int, error: type[apsw.Error]) -> str:
    """Append while the call number ``at`` fails; what became of it."""
    failing = Failing(at, error)
    with disk_under_sqlite(f"failing-{at}-{error.__name__}", "FULL") as disk, pytest.MonkeyPatch.context() as patch:
        log = SqliteLog(Path("/log.db"))
        for call in ("xWrite", "xSync", "xTruncate"):
            patch.setattr(OpenFile, call, failing(getattr(OpenFile, call)))
        acknowledged, refused = appended(log)
        patch.undo()
        log.close()
        assert_there(disk, acknowledged)
    if failing.calls < at:
        return "never reached"
    return "refused" if refused else "unnoticed"


def appended(log: SqliteLog) -> tuple[list[bytes], int]:
    """(what was acknowledged, how many appends were refused)."""
    acknowledged: list[bytes] = []
    refused = 0
    for number in range(APPENDS):
        bodies = [b"%d-%d " % (number, at) * 60 for at in range(3)]
        try:
            log.append(bodies)
            acknowledged += bodies
        except Unavailable:
            refused += 1
    return acknowledged, refused


def assert_there(disk: Disk, acknowledged: list[bytes]) -> None:
    """Opened anew, the log holds what was acknowledged in order, is sound, and takes more."""
    log = SqliteLog(Path("/log.db"))
    stored = [body for _, body in log.read(after=0, rows_max=10_000)]
    assert [body for body in stored if body in set(acknowledged)] == acknowledged
    assert len(stored) == len(set(stored))
    log.append([b"more"])
    log.close()
    connection = apsw.Connection("/log.db", vfs=disk.name)
    connection.execute("pragma locking_mode=exclusive").fetchall()
    assert connection.execute("pragma integrity_check").get == "ok"
    connection.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError])
def test_a_disk_that_fails_at_any_call_never_loses_what_was_acknowledged(error: type[apsw.Error]) -> None:
    found: Counter[str] = Counter()
    for at in count(1):
        found[outcome(at, error)] += 1
        if found["never reached"]:
            break  # every call was failed once
    assert found["refused"] > 50
