"""The comparison itself: Splink's levels over the prepared records, on a DuckDB in memory of its own.

It is no store: nothing in it outlives the call. All names in its SQL are ours, no value ever is part of a statement.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omniloom.identity.match.columns import FIELDS
from omniloom.identity.match.field import Comparison
from omniloom.identity.match.learning import Floats, Gammas
from omniloom.identity.match.prepare import Records

Integers = npt.NDArray[np.int64]
MEMORY = "3GB"
THREADS = 2
PAIRS_AT_ONCE = 1_000_000
NAMES = ("given_name", "surname")
TYPED_OVER = 3  # the level of e-mails that are one or two letters apart


class Compared(NamedTuple):
    """One comparison of the records at hand: of which instance of which field."""

    instance: str
    comparison: Comparison

    @property
    def field(self) -> str:
        """The kind of field."""
        return self.instance.rstrip("0123456789")

    @property
    def name(self) -> str:
        """What Splink calls it."""
        number = FIELDS[self.field].comparisons.index(self.comparison)
        return self.instance if number == 0 else f"{self.instance}_{number}"


class _Part(NamedTuple):
    left: str

    @property
    def l(self) -> str:  # noqa: E743 -- reads as it does in the conditions
        return f'"{self.left}_l"'

    @property
    def r(self) -> str:
        return f'"{self.left}_r"'


def comparisons_of(records: Records) -> list[Compared]:
    """The comparisons that the records allow."""
    return [Compared(i, c) for i, name in records.fields.items() for c in FIELDS[name].comparisons]


class Model:
    """The records in Splink's hands."""

    def __init__(self, records: Records) -> None:
        from splink import DuckDBAPI, SettingsCreator, block_on  # heavy: only who matches pays for it

        logging.getLogger("splink").setLevel(logging.ERROR)
        self.records = records
        self.compared = comparisons_of(records)
        self._api = DuckDBAPI(":memory:")
        for setting in (f"memory_limit = '{MEMORY}'", f"threads = {THREADS}", "preserve_insertion_order = false",
                        "enable_progress_bar = false"):  # fmt: skip
            self._api.duckdb_con.execute(f"set {setting}")
        self._settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=list(self._comparisons()),
            blocking_rules_to_generate_predictions=[block_on("unique_id")],  # never run: the pairs are ours
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=True,
            additional_columns_to_retain=[],
        )
        self._table = self._api.register(self._columns(), dataset_display_name="records")

    def _columns(self) -> pa.Table:
        columns: dict[str, Any] = {"unique_id": pa.array(np.arange(self.records.rows))}
        return pa.table(columns | {name: column.array for name, column in self.records.columns.items()})

    def levels(self, pairs: Integers, progress: Callable[[float], None] = lambda _part: None) -> Gammas:
        """The level of likeness of each pair in each comparison: 0 differs, higher is more alike, -1 unknown."""
        found = np.full((pairs.shape[1], len(self.compared)), -1, np.int8)
        for start in range(0, pairs.shape[1], PAIRS_AT_ONCE):
            found[start : start + PAIRS_AT_ONCE] = self._levels(pairs[:, start : start + PAIRS_AT_ONCE])
            progress(min(1.0, (start + PAIRS_AT_ONCE) / pairs.shape[1]))
        self._say_once(found)
        return found

    def _say_once(self, levels: Gammas) -> None:
        """E-mail addresses are made of names: where names are alike, likeness of addresses is no second witness."""
        names = {one.field: levels[:, n] > 0 for n, one in enumerate(self.compared) if one.field in NAMES}
        if len(names) == len(NAMES):
            both, any_ = np.logical_and(*names.values()), np.logical_or(*names.values())
            for number, one in enumerate(self.compared):
                if one.field == "email":
                    level = levels[:, number]
                    said = (level > 0) & ((both & (level <= TYPED_OVER)) | (any_ & (level < TYPED_OVER)))
                    level[said] = -1

    def _levels(self, pairs: Integers) -> Gammas:
        from splink import Linker

        connection = self._api.duckdb_con
        connection.register("pairs_at_hand", pa.table({
            "match_key": pa.array(np.arange(pairs.shape[1])), "join_key_l": pa.array(pairs[0]),
            "join_key_r": pa.array(pairs[1]),
        }))  # fmt: skip
        linker = Linker(self._table, self._settings, log_level=None, validate_settings=False)
        registered = self._api.register("pairs_at_hand")
        linker.table_management.register_blocked_pairs_for_predict(registered)
        predicted = linker.inference.predict(warning_mode="never")
        wanted = ["match_key", *(f"mw_{one.name}" for one in self.compared)]
        relation = connection.table(predicted.physical_name).select(*(f'"{column}"' for column in wanted))
        table = relation.to_arrow_table()
        predicted.drop_table_from_database_and_remove_from_cache()
        linker.table_management.invalidate_cache()  # type: ignore[no-untyped-call]
        connection.unregister("pairs_at_hand")
        place = table["match_key"].to_numpy()
        found = np.empty((pairs.shape[1], len(self.compared)), np.int8)
        for number, one in enumerate(self.compared):
            found[place, number] = np.rint(table[f"mw_{one.name}"].to_numpy()).astype(np.int8) - 1
        return found

    def _comparisons(self) -> Iterator[dict[str, Any]]:
        """Splink's comparisons. Each level is given its own number for a weight, so that the weight tells the level."""
        for one in self.compared:
            parts = FIELDS[one.field].parts
            names = {part: _Part(f"{one.instance}_{part}") for part in parts}
            missing = " or ".join(
                f"{names[part].l} is null or {names[part].r} is null" for part in one.comparison.needs
            )
            levels: list[dict[str, Any]] = [
                {"sql_condition": missing, "label_for_charts": "unknown", "is_null_level": True}
            ]
            top = len(one.comparison.levels)
            conditions = [level.condition.format(**names) for level in one.comparison.levels]
            for place, condition in enumerate([*conditions, "else"]):
                weight = top - place + 1
                levels.append({"sql_condition": condition, "label_for_charts": f"level {top - place}",
                               "m_probability": 0.5, "u_probability": 0.5 / 2**weight})  # fmt: skip
            yield {"output_column_name": one.name, "comparison_levels": levels}


def before(comparison: Comparison) -> Floats:
    """What is believed of true pairs before anything is learned, from "differs" up."""
    m = np.array([comparison.differs_m, *(level.m for level in reversed(comparison.levels))])
    return np.asarray(m / m.sum())
