"""Matching beside its peers: ``python -m benchmarks.linkage [--json] [--data FOLDER]``.

FEBRL 1 to 3 and fake_1000, each matched in one run by ``omniloom identity match`` without any setting, by Splink as its
own guide sets it up for these data, and by recordlinkage with its documented unsupervised classifiers. A peer's best
run by F1 stands in the table, so the choice among its settings is made for it, with the truth at hand.

Counted is the same for all: reading the file, blocking, training, scoring, the pairs; of a peer's several runs what
they share and the one that stands in the table. Not counted is what a process does once: importing libraries, reading
dictionaries. Each is run three times, the least time stands. ``cpu_seconds`` is the time of all the process's threads
on the processor, which other programs disturb less.
"""

import argparse
import csv
import functools
import gzip
import importlib
import itertools
import json
import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from omniloom.core.clock import stopwatch
from omniloom.identity import match as matching
from omniloom.identity.match.places import city_name
from omniloom.identity.match.spelling import latin, sound

T = TypeVar("T")
RUNS = 3
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "linkage"
Pairs = set[tuple[str, str]]
Rows = list[dict[str, str]]
Runs = dict[str, Callable[[Any], Pairs]]


def rows_of(path: Path) -> Rows:
    """A data set's rows, spaces taken off."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    read = csv.DictReader(text.splitlines(), skipinitialspace=True)
    return [{k.strip(): v.strip() for k, v in row.items()} for row in read]


def pairs_of(groups: Iterator[list[str]]) -> Pairs:
    """All pairs within groups."""
    return {tuple(sorted(pair)) for group in groups for pair in itertools.combinations(group, 2)}  # type: ignore[misc]


def truth_of(rows: Rows, id_column: str, person: Callable[[dict[str, str]], str]) -> Pairs:
    """The pairs that are one person."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(person(row), []).append(row[id_column])
    return pairs_of(iter(groups.values()))


class Spent(NamedTuple):
    """Seconds by the clock and of the processor."""

    clock: float
    processor: float


def timed(act: Callable[[], T]) -> tuple[T, Spent]:
    """What an act gives, and the least that it took."""
    spent: list[Spent] = []
    for _ in range(RUNS):
        clock, processor = stopwatch(), time.process_time()
        found = act()
        spent.append(Spent(stopwatch() - clock, time.process_time() - processor))
    return found, Spent(min(each.clock for each in spent), min(each.processor for each in spent))


def told(true: Pairs, found: Pairs, spent: list[Spent]) -> dict[str, float]:
    """The figures of one run."""
    right = len(true & found)
    precision, recall = right / max(len(found), 1), right / len(true)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "seconds": round(sum(each.clock for each in spent), 2),
        "cpu_seconds": round(sum(each.processor for each in spent), 2),
    }


def ours(path: Path, id_column: str) -> Pairs:
    """As the command does it, to the pairs written down; nothing is remembered from a run before."""
    latin.cache_clear()
    sound.cache_clear()
    table = matching.read(path)
    found = matching.match(table, id_column=id_column)
    ids, taken = table[id_column].to_pylist(), found.is_accepted
    with tempfile.TemporaryDirectory() as folder:
        rows = [(ids[a], ids[b], p) for a, b, p in zip(found.left[taken].tolist(), found.right[taken].tolist(),
                                                       found.probability[taken].tolist(), strict=True)]  # fmt: skip
        matching.write_pairs(Path(folder) / "pairs.csv", rows)
    return {tuple(sorted((left, right))) for left, right, _ in rows}  # type: ignore[misc]


def splink_runs(path: Path, id_column: str) -> tuple[Callable[[], Any], Runs]:
    """Splink as its guide has it for these data: pairs and clusters at the thresholds the guide uses."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    is_febrl = id_column == "rec_id"
    if is_febrl:
        blocks = ["soc_sec_id", "given_name", "surname", "date_of_birth", "postcode"]
        comparisons = [
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ]  # fmt: skip
        sure: list[Any] = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
        training = [block_on("date_of_birth"), block_on("postcode")]
    else:
        blocks = ["first_name", "surname"]
        comparisons = [
            cl.NameComparison("first_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True), cl.EmailComparison("email"),
        ]  # fmt: skip
        sure = [block_on("first_name", "surname"), block_on("email")]
        training = [block_on("first_name", "surname"), block_on("dob")]

    def predicted() -> tuple[Any, Any, list[dict[str, Any]]]:
        table = matching.read(path)
        settings = SettingsCreator(
            link_type="dedupe_only", unique_id_column_name=id_column, comparisons=comparisons,
            blocking_rules_to_generate_predictions=[block_on(block) for block in blocks],
        )  # fmt: skip
        linker = Linker(DuckDBAPI().register(table.select([c for c in table.column_names if c != "cluster"])), settings)
        linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in training:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        found = linker.inference.predict(threshold_match_probability=0.01)
        return linker, found, found.as_pyarrow_table().to_pylist()

    def pairs(scored: Any, threshold: float) -> Pairs:
        return {
            tuple(sorted((p[f"{id_column}_l"], p[f"{id_column}_r"])))  # type: ignore[misc]
            for p in scored[2] if p["match_probability"] >= threshold
        }  # fmt: skip

    def clusters(scored: Any, threshold: float) -> Pairs:
        found = scored[0].clustering.cluster_pairwise_predictions_at_threshold(scored[1], threshold)
        groups: dict[str, list[str]] = {}
        for row in found.as_pyarrow_table().to_pylist():
            groups.setdefault(row["cluster_id"], []).append(row[id_column])
        return pairs_of(iter(groups.values()))

    runs: Runs = {}
    for least in (0.5, 0.95):
        runs[f"pairs from {least}"] = functools.partial(pairs, threshold=least)
        runs[f"clusters from {least}"] = functools.partial(clusters, threshold=least)
    return predicted, runs


def recordlinkage_runs(path: Path, id_column: str) -> tuple[Callable[[], Any], Runs]:
    """Recordlinkage as its guide has it: blocks, thresholds at 0.85, the sum rule, ECM and k-means."""
    import pandas as pd
    import recordlinkage as rl

    if id_column == "rec_id":
        blocks = ["given_name", "surname", "date_of_birth", "soc_sec_id"]
        fuzzy, exact = ["given_name", "surname", "address_1"], ["date_of_birth", "suburb", "state"]
    else:
        blocks, fuzzy, exact = (
            ["first_name", "surname", "dob", "email"],
            ["first_name", "surname", "city", "email"],
            ["dob"],
        )

    def features() -> Any:
        frame = pd.read_csv(path, dtype=str, skipinitialspace=True)
        frame = frame.rename(columns=str.strip).apply(lambda column: column.str.strip()).replace("", None)
        frame = frame.set_index(id_column)
        indexer, compare = rl.Index(), rl.Compare()
        for block in blocks:
            indexer.block(block)
        for column in fuzzy:
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
        for column in exact:
            compare.exact(column, column, label=column)
        return compare.compute(indexer.index(frame), frame)

    def over(scored: Any, least: int) -> Pairs:
        return {tuple(sorted(pair)) for pair in scored[scored.sum(axis=1) > least].index}  # type: ignore[misc]

    def classified(scored: Any, classifier: type[Any]) -> Pairs:
        return {tuple(sorted(pair)) for pair in classifier().fit_predict(scored)}  # type: ignore[misc]

    runs: Runs = {f"sum over {least}": functools.partial(over, least=least) for least in (1, 2, 3)}
    for classifier in (rl.ECMClassifier, rl.KMeansClassifier):
        runs[classifier.__name__] = functools.partial(classified, classifier=classifier)
    return features, runs


def best(prepared: tuple[Callable[[], Any], Runs], true: Pairs) -> dict[str, Any]:
    """A peer's best run by F1, the quicker of equals: what all its runs share, and its own part."""
    scored, shared = timed(prepared[0])
    found = []
    for name, classify in prepared[1].items():
        pairs, spent = timed(functools.partial(classify, scored))
        found.append({"run": name} | told(true, pairs, [shared, spent]))
    return max(found, key=lambda figures: (figures["f1"], -figures["cpu_seconds"]))


def load_libraries() -> None:
    """What a process does once, before any clock runs."""
    for name in ("pandas", "recordlinkage", "splink", "splink.comparison_library", "sklearn.cluster"):
        importlib.import_module(name)
    city_name("")
    logging.disable(logging.CRITICAL)


def compare(data: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Every data set by every matcher."""
    sets: list[tuple[str, Path, str, Callable[[dict[str, str]], str]]] = [
        (f"febrl{n}", next(data.rglob(f"dataset{n}.csv.gz")), "rec_id", lambda row: row["rec_id"].split("-")[1])
        for n in (1, 2, 3)
    ]  # fmt: skip
    sets.append(("fake_1000", data / "fake_1000.csv", "unique_id", lambda row: row["cluster"]))
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, path, id_column, person in sets:
        true = truth_of(rows_of(path), id_column, person)
        pairs, spent = timed(functools.partial(ours, path, id_column))
        found[name] = {
            "omniloom": told(true, pairs, [spent]),
            "splink": best(splink_runs(path, id_column), true),
            "recordlinkage": best(recordlinkage_runs(path, id_column), true),
        }
    return found


def run(*, as_json: bool = False, data: Path = DATA) -> None:
    if not data.exists():
        print(f"skipped: no data in {data}")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_libraries()
        found = compare(data)
    if as_json:
        print(json.dumps(found))
        return
    for name, by in found.items():
        for matcher, figures in by.items():
            print(f"{name:10} {matcher:14} {figures}")


if __name__ == "__main__":
    given = argparse.ArgumentParser()
    given.add_argument("--json", action="store_true")
    given.add_argument("--data", type=Path, default=DATA)
    options = given.parse_args()
    run(as_json=options.json, data=options.data)
