"""What became of a mailing and of one person's messages, with the reasons."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from omniloom.core.clock import instant
from omniloom.identity import root_of
from omniloom.messaging.mailing import OPEN_STATES, SendState
from omniloom.store import Stores, query


@dataclass(frozen=True, slots=True)
class Tally:
    """A mailing in numbers: ``planned`` people, of whom every one is in exactly one of the states below.

    ``open`` are not final yet; ``by_channel`` counts the accepted; ``skipped`` by reason.
    """

    planned: int = 0
    accepted: int = 0
    rejected: int = 0
    suppressed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    open: int = 0
    by_channel: dict[str, int] = field(default_factory=dict)
    rejected_by: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One step of a decision or outcome."""

    at: datetime
    channel: str
    verdict: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class SendView:
    """One message to a person as the customer's page shows it; ``name`` is the campaign's."""

    send_id: str
    campaign_id: str
    name: str
    state: str
    reason: str
    channel: str
    address: str
    at: datetime
    decisions: list[DecisionView]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages their channel's provider put off: what it said or did, of how many, and when the first goes again."""

    channel: str
    reason: str
    sends: int
    next_at: datetime


def tally(stores: Stores, campaign_id: str) -> Tally:
    """The mailing's present numbers; all zero if it has no messages."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "tally"), campaign_id=campaign_id)
    states: Counter[str] = Counter()
    by_channel: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for row in rows:
        states[row["state"]] += row["sends"]
        if row["state"] == SendState.ACCEPTED:
            by_channel[row["channel"]] += row["sends"]
        elif row["state"] == SendState.SKIPPED:
            skipped[row["reason"]] += row["sends"]
        elif row["state"] == SendState.REJECTED:
            rejected[row["reason"]] += row["sends"]
    return Tally(
        planned=states.total(), accepted=states[SendState.ACCEPTED], rejected=states[SendState.REJECTED],
        suppressed=states[SendState.SUPPRESSED], skipped=dict(skipped), unknown=states[SendState.UNKNOWN],
        open=sum(states[state] for state in OPEN_STATES), by_channel=dict(by_channel), rejected_by=dict(rejected),
    )  # fmt: skip


def waiting(stores: Stores, campaign_id: str, *, now: datetime) -> list[Waiting]:
    """Why a mailing's messages wait for a provider, most first; quiet hours and the like are not among it."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "waiting"), campaign_id=campaign_id, now=now)
    return [Waiting(row["channel"], row["reason"], row["sends"], instant(row["next_at"])) for row in rows]


def sends_of(stores: Stores, person_id: int, *, rows_max: int = 100) -> list[SendView]:
    """Every message to a person, merged ids included, newest first, with why it went or did not.

    Errors: Missing if there never was such a person.
    """
    root_id = root_of(stores, person_id)
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "sends_of_person"), root_id=root_id, rows_max=rows_max)
        steps = tx.rows(query(__file__, "decisions_of_sends"), send_ids=[row["send_id"] for row in rows])
    decisions: dict[str, list[DecisionView]] = {row["send_id"]: [] for row in rows}
    for step in steps:
        decisions[step["send_id"]].append(
            DecisionView(instant(step["at"]), step["channel"], step["verdict"], step["reason"], step["detail"])
        )
    return [
        SendView(
            row["send_id"], row["campaign_id"], row["name"], row["state"], row["reason"], row["channel"],
            row["address"] or "", instant(row["updated_at"]), decisions[row["send_id"]],
        )
        for row in rows
    ]  # fmt: skip
