"""Everything that happens comes in here, and becomes an event of the log.

Tables: collect_source, collect_import, collect_reject; and it is the one that appends what others send to the log.

Invariants: what is acknowledged is on disk; every item gets a verdict, a refused one with reason, field and remedy;
a bad item never harms its neighbours; an order is whole or held back; a repeat adds nothing. This room knows nothing
about identity: it keeps identifiers as they were sent.
"""

from omniloom.collect.accept import MESSAGE_ID_CHARS_MAX, accept, read_instant
from omniloom.collect.build import Reject
from omniloom.collect.drop import Drop, DropReason
from omniloom.collect.intake import Intake, append
from omniloom.collect.item import DEPTH_MAX, ITEM_BYTES_MAX
from omniloom.collect.load import load, load_rows, rows
from omniloom.collect.mapping import Mapping, parse_mapping, read_mapping
from omniloom.collect.recent import RecentVerdicts, Verdict
from omniloom.collect.record import Import, LoadProgress, LoadResult, close_interrupted, import_of, imports, rejects
from omniloom.collect.refusal import Arrival, Refusal, decode_refusal, encode_refusal, refusals_of
from omniloom.collect.snippet import snippet
from omniloom.collect.source import (
    Source,
    SourceKeys,
    add_source,
    disable_source,
    import_source,
    source_of_key,
    sources,
)

__all__ = [
    "DEPTH_MAX", "ITEM_BYTES_MAX", "MESSAGE_ID_CHARS_MAX", "Arrival", "Drop", "DropReason", "Import", "Intake",
    "LoadProgress", "LoadResult", "Mapping", "RecentVerdicts", "Refusal", "Reject", "Source", "SourceKeys", "Verdict",
    "accept", "add_source", "append", "close_interrupted", "decode_refusal", "disable_source", "encode_refusal",
    "import_of", "import_source", "imports", "load", "load_rows", "parse_mapping", "read_instant", "read_mapping",
    "refusals_of", "rejects", "rows", "snippet", "source_of_key", "sources",
]  # fmt: skip
