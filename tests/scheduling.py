"""Which tests run in one process, and which come first: the longest, so that no process waits for the other at the end.

A file's tests stay together, because they share fixtures, and so do all that look at one served demo. xdist's own marks
for that are not used: from pytest 9.2 on ``--dist loadgroup`` silently ignores them (pytest-xdist issue 1386).
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = dict.fromkeys(
    ("tests/e2e/test_demo.py", "tests/e2e/test_marketer.py", "tests/e2e/test_erasure.py"), "tests/e2e"
)
APART = {"tests/store/test_power_cut.py"}  # long tests that share nothing
LONG = (
    "tests/rooms/late_bound/", "tests/e2e/", "tests/scenarios/", "tests/cli/", "tests/store/test_power_cut.py",
    "tests/rooms/profiles/test_golden.py", "tests/rooms/privacy/", "tests/rooms/identity/", "tests/api/test_fuzz.py",
    "tests/rooms/analytics/test_credit.py", "tests/rooms/segments/", "tests/store/", "tests/tracker/",
)  # fmt: skip


class Scheduler(LoadScopeScheduling):
    """Hands out the units in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False  # the number of its tests does not say how long a unit takes
        super().__init__(config, log)  # type: ignore[arg-type]

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return nodeid if path in APART else TOGETHER.get(path, path)


def long_ones_first(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first, in their order here; the others stay as they are."""
    items.sort(key=lambda item: next((at for at, long in enumerate(LONG) if item.nodeid.startswith(long)), len(LONG)))
