"""Records as the matcher compares them: every value in its normal form, taken apart, with how frequent it is."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omniloom.identity.match.columns import FIELDS, Meaning
from omniloom.identity.match.names import PersonName, sex_of
from omniloom.identity.match.spelling import latin

Codes = npt.NDArray[np.int64]
SWAP_EVIDENCE = 4.0  # by how many times e the values must be likelier in each other's column


@dataclass(slots=True)
class Column:
    """One part of one field: for each row the number of its value, -1 for none."""

    values: list[str]
    codes: Codes

    @property
    def array(self) -> pa.Array:
        """The values row by row."""
        indices = pa.array(self.codes, mask=self.codes < 0, type=pa.int64())
        return pa.array(self.values, pa.string()).take(indices)

    @property
    def frequency(self) -> npt.NDArray[np.float64]:
        """How large a part of the other records share a row's value; one that only one row has counts as half."""
        filled = max(int((self.codes >= 0).sum()), 1)
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.float64)
        shares = np.maximum(counts - 1, 0.5) / filled
        return (
            np.where(self.codes >= 0, shares[self.codes], np.nan)
            if len(self.values)
            else np.full(len(self.codes), np.nan)
        )


@dataclass(slots=True)
class Records:
    """All records of one or two tables; ``split`` is where the second begins (its end if there is only one)."""

    rows: int
    split: int
    columns: dict[str, Column] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)  # instance (address, address2) -> field

    @property
    def is_link(self) -> bool:
        """Whether pairs lead from one table to another."""
        return self.split < self.rows


def prepare(table: pa.Table, meanings: Sequence[Meaning], split: int) -> Records:
    """The records of a table (two tables stand one below the other, ``split`` rows in the first)."""
    raw = _taken_apart(table, meanings)
    if "given_name" in raw and "surname" in raw:
        raw["given_name"], raw["surname"] = _put_right(raw["given_name"], raw["surname"])
    if "sex" not in raw and "surname" in raw and ("given_name" in raw or "patronymic" in raw):
        raw["sex"] = _sexes(raw)
    records = Records(table.num_rows, split)
    for instance, array in raw.items():
        name = instance.rstrip("0123456789")
        records.fields[instance] = name
        for part, column in zip(FIELDS[name].parts, _normalised(array, name), strict=True):
            records.columns[f"{instance}_{part}"] = column
    return records


def _taken_apart(table: pa.Table, meanings: Sequence[Meaning]) -> dict[str, pa.Array]:
    """Instance -> raw values; whole names become given name, surname and patronymic."""
    raw: dict[str, pa.Array] = {}
    for meaning in meanings:
        array = table[meaning.column].combine_chunks()
        array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
        if meaning.field == "full_name":
            for part, column in zip(FIELDS["full_name"].parts, _normalised(array, "full_name"), strict=True):
                named = _in_its_script(column.array, array)
                raw[part] = pc.coalesce(raw[part], named) if part in raw else named
            continue
        number = 1 + sum(1 for instance in raw if instance.rstrip("0123456789") == meaning.field)
        raw[meaning.field if number == 1 else f"{meaning.field}{number}"] = array
    return raw


def _in_its_script(part: pa.Array, whole: pa.Array) -> pa.Array:
    """A part of names, which is in Latin letters by now, with a hard sign behind it where the whole is in Cyrillic."""
    is_cyrillic = pc.fill_null(pc.match_substring_regex(whole, r"\p{Cyrillic}"), fill_value=False)
    return pc.if_else(is_cyrillic, pc.binary_join_element_wise(part, "ъ", ""), part)


def _normalised(array: pa.Array, name: str) -> list[Column]:
    """The parts of a column's values; each distinct value is normalised once."""
    encoded = array.dictionary_encode(null_encoding="encode")
    normalise, none = FIELDS[name].normalise, (None,) * len(FIELDS[name].parts)
    parts = [none if value is None else normalise(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy()
    return [_coded([part[number] for part in parts], codes) for number in range(len(none))]


def _coded(part: list[str | None], codes: npt.NDArray[np.int32]) -> Column:
    """One part of a column: of each of the column's values what it is in this part, and of each row which value."""
    numbers = defaultdict[str | None, int](itertools.count().__next__, {None: -1})  # a value is numbered when first met
    to_code = np.fromiter(map(numbers.__getitem__, part), np.int64, len(part))
    del numbers[None]
    return Column(cast("list[str]", list(numbers)), to_code[codes])


def _put_right(given: pa.Array, surname: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Given name and surname, changed about where both are far likelier in each other's column (by the other rows)."""
    both = pa.concat_arrays([given, surname]).dictionary_encode(null_encoding="encode")
    spelled = [None if value is None else latin(value) for value in both.dictionary.to_pylist()]
    column = _coded(spelled, both.indices.to_numpy())
    texts, codes = column.values, column.codes
    first, second = codes[: len(given)], codes[len(given) :]
    as_given = np.append(np.bincount(first[first >= 0], minlength=len(texts)) + 0.2, 1.0)  # the last is for no value
    as_surname = np.append(np.bincount(second[second >= 0], minlength=len(texts)) + 0.2, 1.0)
    first_lean = np.log(as_surname[first] / (as_given[first] - (first >= 0)))  # above 0: rather a surname
    second_lean = np.log((as_surname[second] - (second >= 0)) / as_given[second])
    is_swapped = first_lean - second_lean > SWAP_EVIDENCE
    mask = pa.array(is_swapped)
    return pc.if_else(mask, surname, given), pc.if_else(mask, given, surname)


def _sexes(raw: dict[str, pa.Array]) -> pa.Array:
    """The sex that names tell where no column does; each value's own word is asked for once."""
    rows = len(raw["surname"])
    found = pa.nulls(rows, pa.string())
    for part in ("patronymic", "given_name", "surname"):
        if part not in raw:
            continue
        encoded = raw[part].dictionary_encode()
        fields = {"patronymic": "patronymic", "given_name": "given", "surname": "surname"}
        told = [sex_of(PersonName(**{fields[part]: latin(value)})) for value in encoded.dictionary.to_pylist()]
        found = pc.coalesce(found, pa.array(told, pa.string()).take(encoded.indices))
    return found
