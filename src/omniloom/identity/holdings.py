"""What identity keeps of people."""

from omniloom.store import ByPerson, ByValue, Erasing, FieldClass, Holding

PERSONAL, SENSITIVE, BEHAVIOUR = FieldClass.PERSONAL, FieldClass.SENSITIVE, FieldClass.BEHAVIOUR

HOLDINGS = (
    Holding(
        store="state", table="identity_stranger", purpose="who else used an identifier", kind="identity",
        fields={"value": PERSONAL}, found=(ByPerson(), ByValue("value")),
    ),
    Holding(
        store="state", table="identity_apart", purpose="who was told apart", kind="identity",
        fields={"said_by": PERSONAL}, found=(ByPerson(), ByPerson("other_id")),
    ),
    Holding(
        store="state", table="identity_pair", purpose="who is likely one, and what was decided", kind="identity",
        fields={"reasons": SENSITIVE, "decided_by": PERSONAL}, found=(ByPerson("left_id"), ByPerson("right_id")),
    ),
    Holding(
        store="state", table="identity_matching", purpose="searches for duplicates: who began them, what they came to",
        kind="identity", fields={"started_by": FieldClass.INTERNAL}, erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="identity_merge", purpose="why people are one, and how to part them", kind="identity",
        fields={"evidence": SENSITIVE, "joined_value": PERSONAL},
        found=(ByPerson("from_end"), ByPerson("into_end")), named=(ByValue("joined_value"),),
        blank={"joined_value": "", "evidence": "{}"},
    ),
    Holding(
        store="state", table="identity_identifier", purpose="who an address or id belongs to", kind="identity",
        fields={"value": PERSONAL}, found=(ByPerson(),),
    ),
    Holding(
        store="state", table="identity_person", purpose="that there is somebody", kind="identity",
        fields={"created_at": BEHAVIOUR}, found=(ByPerson(), ByPerson("root_id")),
    ),
    Holding(
        store="state", table="identity_erased", purpose="numbers of people who were erased; never given again",
        kind="erasure", erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="identity_tombstone", purpose="digests of erased identifiers, to keep re-imports out",
        kind="erasure", erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="identity_salt", purpose="what digests are made with", kind="erasure",
        fields={"salt": FieldClass.SECRET}, erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="identity_kept_out", purpose="messages to take out of the log", kind="erasure",
        erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="identity_came_since", purpose="how many events named erased people since",
        kind="erasure", erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="events", table="identity_item", purpose="lines of orders: segments, reports", kind="behaviour",
        fields={"properties": SENSITIVE, "product_id": BEHAVIOUR, "amount_minor": BEHAVIOUR},
        found=(ByPerson(),), aged_by="occurred_at",
    ),
    Holding(
        store="events", table="identity_event", purpose="the history: segments, reports, the timeline",
        kind="behaviour",
        fields={"identifiers": PERSONAL, "properties": SENSITIVE, "context": SENSITIVE, "message_id": SENSITIVE,
                "problems": SENSITIVE, "name": BEHAVIOUR, "order_id": BEHAVIOUR, "revenue_minor": BEHAVIOUR},
        found=(ByPerson(),), aged_by="occurred_at",
    ),
    Holding(
        store="events", table="identity_override", purpose="who is part of whom", kind="identity",
        found=(ByPerson(), ByPerson("root_id")), export=False,
    ),
)  # fmt: skip
