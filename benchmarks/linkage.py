"""Matching beside its peers: ``python -m benchmarks.linkage [--json] [--data FOLDER]``.

FEBRL 1 to 3 and fake_1000, each matched in one run by ``omniloom identity match`` without any setting, by Splink as its
own guide sets it up for these data, and by recordlinkage with its documented unsupervised classifiers. A peer's best
run by F1 stands in the table, so the choice among its settings is made for it, with the truth at hand.
"""

import argparse
import csv
import gzip
import itertools
import json
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from omniloom.core.clock import stopwatch
from omniloom.identity import match as matching

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "linkage"
Pairs = set[tuple[str, str]]
Rows = list[dict[str, str]]


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


def told(true: Pairs, found: Pairs, seconds: float) -> dict[str, float]:
    """The figures of one run."""
    right = len(true & found)
    precision, recall = right / max(len(found), 1), right / len(true)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "seconds": round(seconds, 2),
    }


def ours(path: Path, id_column: str) -> Pairs:
    """As the command does it, to the pairs written down."""
    table = matching.read(path)
    found = matching.match(table, id_column=id_column)
    ids, taken = table[id_column].to_pylist(), found.is_accepted
    with tempfile.TemporaryDirectory() as folder:
        rows = [(ids[a], ids[b], p) for a, b, p in zip(found.left[taken].tolist(), found.right[taken].tolist(),
                                                       found.probability[taken].tolist(), strict=True)]  # fmt: skip
        matching.write_pairs(Path(folder) / "pairs.csv", rows)
    return {tuple(sorted((left, right))) for left, right, _ in rows}  # type: ignore[misc]


def splink_runs(rows: Rows, id_column: str) -> Iterator[tuple[str, Pairs]]:
    """Splink as its guide has it for these data: pairs and clusters at the thresholds the guide uses."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.CRITICAL)
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
    api = DuckDBAPI()
    used = [{k: v or None for k, v in row.items() if k != "cluster"} for row in rows]
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name=id_column, comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(block) for block in blocks],
    )  # fmt: skip
    linker = Linker(api.register(pa.Table.from_pylist(used)), settings)
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    table = predicted.as_pyarrow_table().to_pylist()
    for threshold in (0.5, 0.95):
        yield f"pairs from {threshold}", {
            tuple(sorted((p[f"{id_column}_l"], p[f"{id_column}_r"])))  # type: ignore[misc]
            for p in table if p["match_probability"] >= threshold
        }  # fmt: skip
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        groups: dict[str, list[str]] = {}
        for row in clusters.as_pyarrow_table().to_pylist():
            groups.setdefault(row["cluster_id"], []).append(row[id_column])
        yield f"clusters from {threshold}", pairs_of(iter(groups.values()))
    logging.disable(logging.NOTSET)


def recordlinkage_runs(rows: Rows, id_column: str) -> Iterator[tuple[str, Pairs]]:
    """Recordlinkage as its guide has it: blocks, thresholds at 0.85, the sum rule, ECM and k-means."""
    import pandas as pd
    import recordlinkage as rl

    frame = pd.DataFrame(rows).replace("", None).set_index(id_column)
    if id_column == "rec_id":
        blocks = ["given_name", "surname", "date_of_birth", "soc_sec_id"]
        fuzzy, exact = ["given_name", "surname", "address_1"], ["date_of_birth", "suburb", "state"]
    else:
        blocks, fuzzy, exact = (
            ["first_name", "surname", "dob", "email"],
            ["first_name", "surname", "city", "email"],
            ["dob"],
        )
    indexer, compare = rl.Index(), rl.Compare()
    for block in blocks:
        indexer.block(block)
    for column in fuzzy:
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in exact:
        compare.exact(column, column, label=column)
    features = compare.compute(indexer.index(frame), frame)
    for least in (1, 2, 3):
        yield f"sum over {least}", {tuple(sorted(p)) for p in features[features.sum(axis=1) > least].index}
    for classifier in (rl.ECMClassifier(), rl.KMeansClassifier()):
        yield type(classifier).__name__, {tuple(sorted(p)) for p in classifier.fit_predict(features)}


def best(runs: Iterator[tuple[str, Pairs]], true: Pairs) -> dict[str, Any]:
    """A peer's best run by F1; seconds from its beginning."""
    started, found = stopwatch(), []
    for name, pairs in runs:
        found.append({"run": name} | told(true, pairs, stopwatch() - started))
    return max(found, key=lambda figures: figures["f1"])


def compare(data: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Every data set by every matcher."""
    sets: list[tuple[str, Path, str, Callable[[dict[str, str]], str]]] = [
        (f"febrl{n}", next(data.rglob(f"dataset{n}.csv.gz")), "rec_id", lambda row: row["rec_id"].split("-")[1])
        for n in (1, 2, 3)
    ]  # fmt: skip
    sets.append(("fake_1000", data / "fake_1000.csv", "unique_id", lambda row: row["cluster"]))
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, path, id_column, person in sets:
        rows = rows_of(path)
        true = truth_of(rows, id_column, person)
        started = stopwatch()
        pairs = ours(path, id_column)
        found[name] = {
            "omniloom": told(true, pairs, stopwatch() - started),
            "splink": best(splink_runs(rows, id_column), true),
            "recordlinkage": best(recordlinkage_runs(rows, id_column), true),
        }
    return found


def run(*, as_json: bool = False, data: Path = DATA) -> None:
    if not data.exists():
        print(f"skipped: no data in {data}")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
