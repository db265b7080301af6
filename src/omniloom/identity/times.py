"""Instants as the log writes them, in columns."""

import pyarrow as pa
import pyarrow.compute as pc

_TIME = pa.timestamp("us", "UTC")


def read_times(texts: pa.Array) -> pa.Array:
    """Instants written as the log does (UTC, ISO 8601), as timestamps without a zone."""
    return pc.cast(texts, _TIME).cast(pa.timestamp("us"))
