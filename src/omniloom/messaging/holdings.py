"""What messaging keeps of people. Sends stay as bare numbers, so that a campaign's sums stay what they were."""

from omniloom.store import ByPerson, ByRow, ByText, ByValue, Erasing, FieldClass, Holding

PERSONAL, SENSITIVE, BEHAVIOUR = FieldClass.PERSONAL, FieldClass.SENSITIVE, FieldClass.BEHAVIOUR

HOLDINGS = (
    Holding(
        store="state", table="messaging_decision", purpose="why a message was or was not sent", kind="message",
        fields={"detail": SENSITIVE, "verdict": BEHAVIOUR}, found=(ByRow("send_id", "messaging_send", "send_id"),),
        erasing=Erasing.BLANK, blank={"detail": ""}, aged_by="at", days=90,
    ),
    Holding(
        store="state", table="messaging_attempt", purpose="what was sent where, once", kind="message",
        fields={"address": PERSONAL, "provider_id": SENSITIVE}, found=(ByPerson(), ByValue("address")),
        erasing=Erasing.BLANK, blank={"address": "", "provider_id": "", "reported": 1},
    ),
    Holding(
        store="state", table="messaging_send", purpose="one message a person and campaign", kind="message",
        fields={"context": SENSITIVE, "state": BEHAVIOUR}, found=(ByPerson(),), erasing=Erasing.BLANK,
        blank={"context": "{}"},
    ),
    Holding(
        store="state", table="messaging_opt_in", purpose="double opt-ins under way", kind="consent",
        fields={"address": PERSONAL, "ip": PERSONAL, "user_agent": PERSONAL, "evidence": SENSITIVE},
        found=(ByPerson(), ByValue("address")),
    ),
    Holding(
        store="state", table="messaging_recognition", purpose="self-identifications under way", kind="identity",
        fields={"value": PERSONAL, "anonymous_id": PERSONAL, "ip": PERSONAL, "user_agent": PERSONAL,
                "browser": PERSONAL, "place": SENSITIVE},
        found=(ByPerson(), ByValue("value"), ByValue("anonymous_id")), aged_by="requested_at",
    ),
    Holding(
        store="state", table="messaging_address", purpose="addresses that answered", kind="consent",
        fields={"address": PERSONAL}, found=(ByValue("address"),),
    ),
    Holding(
        store="state", table="messaging_suppression", purpose="addresses nothing may go to", kind="consent",
        fields={"address": PERSONAL, "evidence": SENSITIVE}, found=(ByValue("address"),),
        note="erased as well: a digest of the address keeps it out from then on",
    ),
    Holding(
        store="state", table="messaging_outbox", purpose="events on their way to the log", kind="raw",
        fields={"body": SENSITIVE}, found=(ByText("body"),), export=False,
    ),
    *(
        Holding(store="state", table=table, purpose=purpose, kind="brand", fields=fields, erasing=Erasing.KEEP,
                export=False)
        for table, purpose, fields in (
            ("messaging_channel", "channels and their credentials", {"settings": FieldClass.SECRET}),
            ("messaging_link", "links in messages", {"url": FieldClass.PUBLIC}),
            ("messaging_mailing", "what a campaign sends", {}),
            ("messaging_policy", "caps and quiet hours", {}),
            ("messaging_reach", "how many can be reached", {}),
            ("messaging_template", "texts of messages", {"body": FieldClass.PUBLIC}),
            ("messaging_way", "ways of self-identification", {}),
        )
    ),
)  # fmt: skip
