"""Small questions to parquet files."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from omniloom.store.engines.parquet import distinct_values, sample_parquet


def test_a_sample_keeps_whole_people_and_every_other_file(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    pq.write_table(pa.table({"who": [3, 1, 2, 1], "what": list("abcd")}), whole / "lines.parquet")
    pq.write_table(pa.table({"product": [7]}), whole / "products.parquet")
    assert distinct_values(whole / "lines.parquet", "who") == [1, 2, 3]
    sample = sample_parquet(whole, tmp_path / "sample", ("lines",), column="who", values_max=1)
    assert sorted(pq.read_table(sample / "lines.parquet").column("what").to_pylist()) == ["b", "d"]
    assert pq.read_table(sample / "products.parquet").column("product").to_pylist() == [7]
    assert sample_parquet(whole, sample, ("lines",), column="who", values_max=3) == sample
    assert distinct_values(sample / "lines.parquet", "who") == [1]
