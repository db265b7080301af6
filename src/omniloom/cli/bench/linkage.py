"""A match of many customers, as `omniloom identity match` runs it: seconds, memory, and how right it is."""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.csv as arrow_csv

from omniloom.cli.bench.customers import Customers, make
from omniloom.core.clock import stopwatch

Numbers = npt.NDArray[np.int64]


def match_customers(rows: int, seed: int = 1) -> dict[str, float]:
    """Match so many synthetic Russian customers, a fifth of them typed-over repeats, in a process of its own.

    seconds: from the start of the command to its pairs on disk. peak_rss_mb: the most memory the command held.
    """
    with tempfile.TemporaryDirectory(prefix="omniloom-match-") as folder:
        table, pairs = Path(folder) / "customers.csv", Path(folder) / "pairs.csv"
        customers = make(rows, seed)
        arrow_csv.write_csv(customers.table, table)
        seconds, peak_rss_mb = _measured(
            [sys.executable, "-m", "omniloom.cli.main", "identity", "match", str(table), "--id", "id", "--output",
             str(pairs), "--json"]
        )  # fmt: skip
        with pairs.open(encoding="utf-8", newline="") as file:
            found = [(int(row["left"][1:]), int(row["right"][1:])) for row in csv.DictReader(file)]
    return {"seconds": round(seconds, 1), "peak_rss_mb": peak_rss_mb} | rightness(customers, found)


def _measured(command: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of a command. It must end well."""
    started = stopwatch()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command line
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return stopwatch() - started, float(usage.ru_maxrss >> 10)


def rightness(customers: Customers, found: list[tuple[int, int]]) -> dict[str, float]:
    """Precision, recall and F1 of found pairs of rows."""
    rows = len(customers.people)
    true = true_pairs(customers.people)
    pairs = np.array(found, np.int64).reshape(-1, 2)
    keys = np.unique(pairs.min(axis=1) * rows + pairs.max(axis=1)) if len(pairs) else np.zeros(0, np.int64)
    right = int(np.isin(keys, true).sum())
    precision, recall = right / max(len(keys), 1), right / max(len(true), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def true_pairs(people: Numbers) -> Numbers:
    """The pairs of rows that are one person, each as one number: smaller row * rows + larger row."""
    order = np.argsort(people, kind="stable")
    ordered, found, step = people[order], [np.zeros(0, np.int64)], 1
    while (same := ordered[step:] == ordered[:-step]).any():
        first, second = order[:-step][same], order[step:][same]
        found.append(np.minimum(first, second) * len(people) + np.maximum(first, second))
        step += 1
    return np.concatenate(found)
