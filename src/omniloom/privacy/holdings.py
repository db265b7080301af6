"""What privacy keeps itself; and all that is kept, from the highest room down."""

from omniloom import access, analytics, catalog, collect, identity, journeys, messaging, profiles, segments, store
from omniloom.store import Erasing, FieldClass, Holding

OWN = (
    Holding(
        store="state", table="privacy_erasure", purpose="acts of erasure: who was erased by whom, by bare numbers",
        kind="erasure", fields={"asked_by": FieldClass.PERSONAL}, erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="privacy_proof", purpose="the least that proves consents of erased people: no address, "
        "no name; found by digest", kind="erasure", erasing=Erasing.KEEP, export=False, aged_by="recorded_at",
        days=1100, note="three years, as long as a claim about advertising may be made (Civil Code art. 196)",
    ),
    Holding(
        store="state", table="privacy_incident", purpose="incidents with personal data, and when the authority was "
        "told", kind="erasure", fields={"noted_by": FieldClass.PERSONAL, "contact": FieldClass.PERSONAL},
        erasing=Erasing.KEEP, export=False,
    ),
    Holding(
        store="state", table="privacy_incident_line", purpose="what became known of incidents later, and when",
        kind="erasure", fields={"said_by": FieldClass.PERSONAL, "contact": FieldClass.PERSONAL}, erasing=Erasing.KEEP,
        export=False,
    ),
    Holding(
        store="state", table="privacy_rule", purpose="how long what is kept", kind="platform", erasing=Erasing.KEEP,
        export=False,
    ),
)  # fmt: skip

HOLDINGS = (
    *OWN, *journeys.HOLDINGS, *analytics.HOLDINGS, *segments.HOLDINGS, *messaging.HOLDINGS, *profiles.HOLDINGS,
    *collect.HOLDINGS, *catalog.HOLDINGS, *access.HOLDINGS, *identity.HOLDINGS, *store.HOLDINGS,
)  # fmt: skip
"""Every table there is; a house test compares. A person's rows are erased in this order, so that what names them in
another table goes before that table."""
