"""Two tables one below the other: columns that are called alike, then those that mean the same."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from omniloom.core.errors import Invalid
from omniloom.identity.match.columns import guess

Given = Mapping[str, str]  # column -> field, as it was said


def stacked(table: pa.Table, other: pa.Table | None, id_column: str, given: Given) -> tuple[pa.Table, int, Given]:
    """Both tables under the first one's names, how many rows are the first's, and what is said of those columns.

    A column that the other table calls otherwise is found by its meaning, as said or guessed; a name in parts is put
    together where the other has it whole. What only one of them has is left out.

    Errors: Invalid if ``given`` names a column that neither has, or if no column is found in both.
    """
    if other is None:
        return table, table.num_rows, given
    if unknown := set(given) - {*table.column_names, *other.column_names}:
        raise Invalid(
            f"the map names a column {min(unknown)!r} that neither table has",
            hint=f"the columns are {', '.join(dict.fromkeys([*table.column_names, *other.column_names]))}",
            column=min(unknown),
        )
    mine, theirs = _meanings(table, other, id_column, given), _meanings(other, table, id_column, given)
    table, other = _with_whole_names(table, mine, theirs), _with_whole_names(other, theirs, mine)
    names = _same_meaning(mine, theirs)
    other = other.rename_columns([names.get(name, name) for name in other.column_names])
    shared = [name for name in table.column_names if name in other.column_names and name != id_column]
    if not shared and table.num_columns and other.num_columns:
        raise Invalid(
            "no column of the two tables is called alike or means the same",
            hint="say with --columns what the columns of both mean, or give them the same names",
        )
    kept = [name for name in (id_column, *shared) if name in table.column_names and name in other.column_names]
    said = {names.get(name, name): field for name, field in given.items()}
    both = pa.concat_tables([table.select(kept), other.select(kept)])
    return both, table.num_rows, {name: field for name, field in said.items() if name in kept}


def _same_meaning(mine: Given, theirs: Given) -> dict[str, str]:
    """A column of the other table -> the first one's that means the same, of those whose names only one of them has."""
    free: dict[str, list[str]] = {}
    for name, field in mine.items():
        free.setdefault(field, []).append(name)
    found = {}
    for name, field in theirs.items():
        if free.get(field):
            found[name] = free[field].pop(0)
    return found


def _with_whole_names(table: pa.Table, mine: Given, theirs: Given) -> pa.Table:
    """A table of names in parts with the whole ones as well, under the heading that they have in the other table."""
    parts = [name for part in ("surname", "given_name", "patronymic") for name, field in mine.items() if field == part]
    whole = next((name for name, field in theirs.items() if field == "full_name"), None)
    if whole is None or "full_name" in mine.values() or not {"surname", "given_name"} <= set(mine.values()):
        return table
    texts = pc.binary_join_element_wise(*(table[name] for name in parts), " ", null_handling="skip")
    return table.append_column(whole, texts)


def _meanings(table: pa.Table, other: pa.Table, id_column: str, given: Given) -> dict[str, str]:
    """What a table's columns mean that the other has no column called like."""
    said = {name: field for name, field in given.items() if name in table.column_names}
    means = guess(table, id_column, said) if table.num_rows else []
    return {one.column: one.field for one in means if one.column not in other.column_names}
