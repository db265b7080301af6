"""Everything that happens comes in here, and becomes an event of the log.

Tables: collect_source, collect_import, collect_reject, collect_dead_letter, collect_plan, collect_arrival and those of
webhooks/; and it is the one that appends what others send to the log.

Invariants: what is acknowledged is on disk; every item gets a verdict, a refused one with reason, field and remedy;
a bad item never harms its neighbours; an order is whole or held back; a repeat adds nothing. This room knows nothing
about identity: it keeps identifiers as they were sent.
"""

from omniloom.collect import webhooks
from omniloom.collect.accept import accept, read_instant
from omniloom.collect.arriving import (
    Arriving,
    ArrivingDetail,
    ArrivingField,
    Miss,
    arriving,
    arriving_of,
    draft_event,
    draft_plan,
    forget_misses,
    kind_that_holds,
    last_days,
)
from omniloom.collect.build import Reject
from omniloom.collect.dialect import Answer, Dialect, Hit, Route, Taken, Unreadable, all_dialects
from omniloom.collect.drop import Drop, DropReason
from omniloom.collect.flood import Flood
from omniloom.collect.holdings import HOLDINGS
from omniloom.collect.intake import Intake, append
from omniloom.collect.item import DEPTH_MAX, ITEM_BYTES_MAX
from omniloom.collect.letter import (
    Letter,
    drop_letters,
    keep_refusals,
    letters_end,
)
from omniloom.collect.letter_search import (
    Attempt,
    LetterCount,
    LetterFilter,
    Moved,
    attempts_of,
    discard,
    letter_counts,
    letter_of,
    letter_words,
    letters,
    restore,
)
from omniloom.collect.load import load, load_rows, rows
from omniloom.collect.mapping import Mapping, parse_mapping, read_mapping
from omniloom.collect.observe import (
    observe,
    observed,
)
from omniloom.collect.plan import (
    PLAN_SCHEMA,
    Action,
    FieldType,
    Pii,
    Plan,
    PlannedEvent,
    PlannedField,
    parse_plan,
    plan_yaml,
)
from omniloom.collect.plan_cache import (
    PlanCache,
    enforce,
    enforce_bodies,
)
from omniloom.collect.plan_check import (
    Violation,
    ViolationCode,
    check,
    compile_plan,
)
from omniloom.collect.plan_classes import UNPLANNED, FieldClasses, field_classes
from omniloom.collect.plan_store import (
    SavedPlan,
    drop_plan,
    plan_of,
    plans,
    plans_by_source,
    save_plan,
)
from omniloom.collect.plan_try import (
    Tried,
    try_plan,
)
from omniloom.collect.quota import Quota, Quotas
from omniloom.collect.recent import RecentVerdicts, Verdict
from omniloom.collect.reception import MESSAGE_ID_CHARS_MAX, Reception
from omniloom.collect.record import (
    Import,
    LoadProgress,
    LoadResult,
    close_abandoned,
    close_interrupted,
    import_of,
    imports,
    rejects,
)
from omniloom.collect.refusal import (
    Arrival,
    Refusal,
    decode_refusal,
    encode_refusal,
    refusals_of,
)
from omniloom.collect.replay import (
    Replayed,
    ReplayResult,
    replay,
    replay_edited,
)
from omniloom.collect.snippet import snippet
from omniloom.collect.source import (
    Source,
    SourceKeys,
    add_source,
    disable_source,
    import_source,
    is_public,
    is_secret,
    source_of_key,
    sources,
)
from omniloom.collect.take import take, take_plain
from omniloom.collect.unpack import GZIP, inflate, read_json
from omniloom.collect.urgent import is_urgent
from omniloom.collect.wire import Oversized, gunzip

__all__ = [
    "DEPTH_MAX",
    "GZIP",
    "HOLDINGS",
    "ITEM_BYTES_MAX",
    "MESSAGE_ID_CHARS_MAX",
    "Answer",
    "Arrival",
    "Attempt",
    "Dialect",
    "Drop",
    "DropReason",
    "Flood",
    "Hit",
    "Import",
    "Intake",
    "Letter",
    "LetterCount",
    "LetterFilter",
    "LoadProgress",
    "LoadResult",
    "Mapping",
    "Moved",
    "Oversized",
    "Quota",
    "Quotas",
    "RecentVerdicts",
    "Reception",
    "Refusal",
    "Reject",
    "ReplayResult",
    "Replayed",
    "Route",
    "Source",
    "SourceKeys",
    "Taken",
    "Unreadable",
    "Verdict",
    "accept",
    "add_source",
    "all_dialects",
    "append",
    "attempts_of",
    "close_abandoned",
    "close_interrupted",
    "decode_refusal",
    "disable_source",
    "discard",
    "drop_letters",
    "encode_refusal",
    "gunzip",
    "import_of",
    "import_source",
    "imports",
    "inflate",
    "is_urgent",
    "keep_refusals",
    "letter_counts",
    "letter_of",
    "letter_words",
    "letters",
    "letters_end",
    "load",
    "load_rows",
    "parse_mapping",
    "read_instant",
    "read_json",
    "read_mapping",
    "refusals_of",
    "rejects",
    "replay",
    "replay_edited",
    "restore",
    "rows",
    "snippet",
    "source_of_key",
    "sources",
    "take",
    "take_plain",
    "webhooks",
]  # fmt: skip
__all__ += [  # what is planned, and what arrives against it
    "PLAN_SCHEMA", "UNPLANNED", "Action", "Arriving", "ArrivingDetail", "ArrivingField", "FieldClasses", "FieldType",
    "Miss", "Pii", "Plan", "PlanCache", "PlannedEvent", "PlannedField", "SavedPlan", "Tried", "Violation",
    "ViolationCode", "arriving", "arriving_of", "check", "compile_plan", "draft_event", "draft_plan", "drop_plan",
    "enforce", "enforce_bodies", "field_classes", "forget_misses", "kind_that_holds", "last_days", "observe",
    "observed", "parse_plan", "plan_of", "plan_yaml", "plans", "plans_by_source", "save_plan", "try_plan",
]  # fmt: skip
__all__ += ["is_public", "is_secret"]  # what the word of a source is worth
