"""What profiles keeps of people."""

from omniloom.store import ByPerson, ByValue, Erasing, FieldClass, Holding, OnlyTheirs

PERSONAL, SENSITIVE, PUBLIC = FieldClass.PERSONAL, FieldClass.SENSITIVE, FieldClass.PUBLIC
_WORD = {"value": SENSITIVE, "text": SENSITIVE, "folded": SENSITIVE, "number": SENSITIVE, "message_id": SENSITIVE}

HOLDINGS = (
    Holding(
        store="state", table="profiles_name_piece", purpose="to find names however they are typed", kind="profile",
        fields={"word": PERSONAL}, found=(OnlyTheirs("word", "profiles_name_word", "word"),), export=False,
    ),
    Holding(
        store="state", table="profiles_name_word", purpose="to find names however they are typed", kind="profile",
        fields={"word": PERSONAL}, found=(ByPerson(),), export=False,
    ),
    Holding(
        store="state", table="profiles_card", purpose="lists, and how to speak to somebody", kind="profile",
        fields={"name": PERSONAL, "folded_name": PERSONAL, "city": PERSONAL}, found=(ByPerson(),),
    ),
    Holding(
        store="state", table="profiles_consent", purpose="what may be sent", kind="consent", found=(ByPerson(),),
        fields={"message_id": SENSITIVE},
    ),
    Holding(
        store="state", table="profiles_consent_ledger", purpose="proof of consent (152-FZ art. 9, 38-FZ art. 18)",
        kind="consent",
        fields={"ip": PERSONAL, "user_agent": PERSONAL, "evidence": SENSITIVE, "message_id": SENSITIVE,
                "wording": PUBLIC},
        found=(ByPerson(),), guard="profiles_erasing", note="after erasure the least of it stays in privacy_proof",
    ),
    Holding(
        store="state", table="profiles_erasing", purpose="whose lines may leave the ledger just now", kind="erasure",
        found=(ByPerson(),), export=False,
    ),
    Holding(
        store="state", table="profiles_preference", purpose="how somebody wishes to be written to", kind="consent",
        found=(ByPerson(),),
    ),
    Holding(
        store="state", table="profiles_privacy_request", purpose="what somebody asked about their own data",
        kind="erasure", fields={"ip": PERSONAL, "user_agent": PERSONAL, "settled_by": PERSONAL}, found=(ByPerson(),),
        erasing=Erasing.BLANK, blank={"ip": "", "user_agent": ""},
    ),
    Holding(
        store="state", table="profiles_relation", purpose="households and companies", kind="profile",
        fields={"source": SENSITIVE}, found=(ByPerson(), ByPerson("other_id")),
    ),
    Holding(
        store="state", table="profiles_company", purpose="companies people work for", kind="profile",
        fields={"inn": PERSONAL, "name": PERSONAL}, found=(ByValue("inn"),),
        note="a sole trader's company is its owner and goes with them; others stay",
    ),
    *(
        Holding(store=store, table=table, purpose=purpose, kind="brand", fields=fields, erasing=Erasing.KEEP,
                export=False)
        for store, table, purpose, fields in (
            ("state", "profiles_topic", "what messages are about", {"title_en": PUBLIC, "title_ru": PUBLIC}),
            ("state", "profiles_wording", "texts people agree to", {"text": PUBLIC}),
            ("state", "profiles_survivorship", "which word wins", {}),
            ("events", "profiles_rule", "which word wins", {}),
            ("events", "profiles_trust", "which word wins", {}),
        )
    ),
    Holding(
        store="events", table="profiles_trait", purpose="what is known of somebody: segments, messages",
        kind="profile", fields=_WORD, found=(ByPerson(),), aged_by="occurred_at",
    ),
    Holding(
        store="events", table="profiles_word", purpose="who said what of somebody", kind="profile", fields=_WORD,
        found=(ByPerson(),), aged_by="occurred_at",
    ),
)  # fmt: skip
