"""The company's messaging policy as it is kept in the store and edited by the marketer."""

import dataclasses
from datetime import datetime, time
from zoneinfo import available_timezones

import msgspec

from omniloom.core.errors import Invalid
from omniloom.messaging.decision import Policy
from omniloom.store import StateTx, Stores, query


def policy(stores: Stores) -> Policy:
    """The policy in force; defaults where nothing was saved."""
    with stores.state.read() as tx:
        return policy_of(tx)


def policy_of(tx: StateTx) -> Policy:
    """The policy inside a transaction."""
    kept = {row["key"]: msgspec.json.decode(row["value"]) for row in tx.rows(query(__file__, "policy"))}
    known = {field.name for field in dataclasses.fields(Policy)}
    return Policy(**{key: value for key, value in kept.items() if key in known})


def save_policy(stores: Stores, changed: Policy, *, now: datetime) -> None:
    """Keep the policy; it counts for the very next message. Errors: Invalid names the field."""
    if changed.cap_messages < 1 or changed.cap_days < 1:
        field = "cap_messages" if changed.cap_messages < 1 else "cap_days"
        raise Invalid(f"{field} should be at least 1", field=field)
    for field in ("quiet_from", "quiet_to"):
        try:
            time.fromisoformat(getattr(changed, field))
        except ValueError as error:
            raise Invalid(f"{field} is not a time", hint="write it as 21:00", field=field) from error
    if changed.default_timezone not in available_timezones():
        raise Invalid(f"there is no time zone {changed.default_timezone}", hint="such as Europe/Berlin",
                      field="default_timezone")  # fmt: skip
    rows = [
        {"key": key, "value": msgspec.json.encode(value).decode(), "now": now}
        for key, value in dataclasses.asdict(changed).items()
    ]
    with stores.state.write() as tx:
        for row in rows:
            tx.run(query(__file__, "policy_save"), **row)
