"""What journeys keeps of people: whom a campaign is for."""

from omniloom.store import ByPerson, Erasing, FieldClass, Holding

HOLDINGS = (
    Holding(
        store="state", table="journeys_campaign", purpose="campaigns", kind="brand",
        fields={"name": FieldClass.PUBLIC}, erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="events", table="journeys_audience", purpose="whom a campaign is for", kind="message",
        fields={"campaign_id": FieldClass.BEHAVIOUR}, found=(ByPerson(),),
    ),
)  # fmt: skip
