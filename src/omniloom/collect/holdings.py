"""What collect keeps: what arrived, what was refused, and where it comes from."""

from omniloom.store import Anyone, ByText, Erasing, FieldClass, Holding

SENSITIVE, SECRET = FieldClass.SENSITIVE, FieldClass.SECRET

HOLDINGS = (
    Holding(
        store="state", table="collect_dead_letter_attempt", purpose="what became of corrected items", kind="refused",
        fields={"edited": SENSITIVE, "message": SENSITIVE}, found=(ByText("edited"), ByText("message")),
        aged_by="tried_at", days=90,
    ),
    Holding(
        store="state", table="collect_dead_letter", purpose="refused items, to correct and replay", kind="refused",
        fields={"raw": SENSITIVE, "context": SENSITIVE, "folded": SENSITIVE, "message": SENSITIVE,
                "message_id": SENSITIVE},
        found=(ByText("raw"), ByText("folded"), ByText("context"), ByText("message"), ByText("message_id")),
        aged_by="received_at", days=90, note="read as text: what names an identifier of the person is theirs",
    ),
    Holding(
        store="state", table="collect_reject", purpose="rows of imports that were wrong", kind="refused",
        fields={"value": SENSITIVE}, found=(ByText("value"),),
    ),
    Holding(
        store="state", table="collect_arrival_sample", purpose="the last few messages of each kind, to look at",
        kind="refused", fields={"body": SENSITIVE}, found=(Anyone(),), aged_by="seen_at", export=False,
        note="identifiers in them are masked, so that nobody's are found: all go with any erasure, and come again",
    ),
    *(
        Holding(store="state", table=table, purpose=purpose, kind="sources", fields=fields, erasing=Erasing.KEEP,
                export=False)
        for table, purpose, fields in (
            ("collect_arrival", "what sources send", {}),
            ("collect_arrival_day", "what sources send", {}),
            ("collect_arrival_field", "which fields sources send", {}),
            ("collect_arrival_miss", "what was not as planned", {}),
            ("collect_import", "imports and their counts", {}),
            ("collect_plan", "what sources are to send", {}),
            ("collect_source", "what sends events", {"write_key": SECRET}),
            ("collect_webhook", "what other systems post", {"secret": SECRET}),
            ("collect_webhook_seen", "digests of deliveries, against replays", {}),
        )
    ),
)  # fmt: skip
