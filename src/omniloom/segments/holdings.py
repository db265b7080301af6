"""What segments keeps of people: numbers in sets."""

from omniloom.store import ByPerson, Erasing, FieldClass, Holding

HOLDINGS = (
    Holding(
        store="state", table="segments_segment", purpose="definitions of groups", kind="brand",
        fields={"definition": FieldClass.PUBLIC}, erasing=Erasing.KEEP, export=False,
        note="a definition may name a value; the marketer who wrote it sees it",
    ),
    Holding(
        store="events", table="segments_member", purpose="who is in a segment", kind="behaviour",
        fields={"segment_id": FieldClass.BEHAVIOUR}, found=(ByPerson(),),
    ),
    Holding(
        store="events", table="segments_aside", purpose="what un-merging gives back", kind="behaviour",
        fields={"segment_id": FieldClass.BEHAVIOUR}, found=(ByPerson(),),
    ),
    Holding(
        store="events", table="segments_change", purpose="who entered and left", kind="behaviour",
        fields={"segment": FieldClass.BEHAVIOUR}, found=(ByPerson(),), aged_by="changed_at",
    ),
)  # fmt: skip
