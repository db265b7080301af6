"""What the store itself keeps, beside the tables of the rooms."""

from omniloom.store.holding import Erasing, FieldClass, Holding

HOLDINGS = (
    Holding(
        store="log", table="log", purpose="accepted messages, until everybody has read them", kind="raw",
        fields={"body": FieldClass.SENSITIVE}, export=False,
        note="erasure takes a person's messages out; the rest goes when all acts are past it",
    ),
    Holding(
        store="log", table="refusals", purpose="refused items, until they are rows of collect_dead_letter", kind="raw",
        fields={"body": FieldClass.SENSITIVE}, export=False, note="erasure takes out what holds an identifier",
    ),
    *(
        Holding(store=store, table=table, purpose=purpose, kind="platform", erasing=Erasing.KEEP, export=False)
        for store, table, purpose in (
            ("state", "store_cursor", "how far each act has read"),
            ("state", "store_migration", "which changes of the tables have run"),
            ("state", "store_lease", "whose turn it is to work"),
            ("state", "store_duplicate", "positions of repeated messages"),
            ("state", "store_seen_batch", "digests of message ids, to tell repeats"),
            ("state", "store_seen_row", "digests of message ids, to tell repeats"),
            ("state", "store_seen_run", "digests of message ids, to tell repeats"),
            ("events", "store_cursor", "how far each act has read"),
            ("events", "store_migration", "which changes of the tables have run"),
        )
    ),
)  # fmt: skip
