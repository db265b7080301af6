"""A model check: random people, providers and kills; whatever happens the sums are right and nobody gets it twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniloom import messaging
from omniloom.messaging.deliver import STEPS

PEOPLE = 8
SMTP = st.sampled_from([
    "accept", "accept", "550 5.1.1 gone", "450 4.2.0 later", "451 4.3.0 later", "421 4.3.2 bye", "552 5.2.2 full",
    "drop_at_rcpt", "drop_at_data", "drop_in_silence", "data 554 5.7.1 spam", "data 451 4.7.1 later",
])  # fmt: skip
GATEWAY = st.sampled_from(["accept", "accept", "422 invalid_number", "429 slow", "500 oops", "503 down", "400 bad",
                           "drop_in_silence", "401 token"])  # fmt: skip


class Killed(BaseException):
    """Stands for the worker's sudden death."""


@st.composite
def stories(draw: st.DrawFn) -> dict[str, Any]:
    number = st.integers(0, PEOPLE - 1)
    return {
        "smtp": draw(st.lists(st.tuples(number, st.lists(SMTP, max_size=4)), max_size=PEOPLE)),
        "gateway": draw(st.lists(st.tuples(number, st.lists(GATEWAY, max_size=3)), max_size=PEOPLE)),
        "no_consent": draw(st.frozensets(number, max_size=2)),
        "kills": draw(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=4)),
        "batch": draw(st.integers(1, PEOPLE)),
        "cancel_after": draw(st.sampled_from([None, None, 0, 1, 2])),
        "kind": draw(st.sampled_from(["marketing", "marketing", "transactional"])),
    }


@pytest.fixture
def crowd(company: Any) -> Any:
    company.people(PEOPLE)
    company.policy(quiet_from="00:00", quiet_to="00:00", cap_messages=1000)
    return company


@given(stories())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_sums_are_right_whatever_happens(crowd: Any, story: dict[str, Any]) -> None:
    campaign = crowd.ids.token()
    _begin(crowd, story, campaign)
    kills = list(story["kills"])
    unknown_max = 0
    for turn in range(80):
        if turn == story["cancel_after"]:
            messaging.cancel_mailing(crowd.stores, campaign, now=crowd.clock.now())
        unknown_max += _turn(crowd, story["batch"], kills)
        crowd.clock.advance(timedelta(hours=5))
        if not messaging.tally(crowd.stores, campaign).open:
            break
    tally = messaging.tally(crowd.stores, campaign)
    finals = tally.accepted + tally.rejected + tally.suppressed + sum(tally.skipped.values()) + tally.unknown
    assert tally.open == 0
    assert finals == tally.planned == PEOPLE
    taken = Counter(_taken(crowd))
    silences = sum(actions.count("drop_in_silence") for _, actions in (*story["smtp"], *story["gateway"]))
    if story["kind"] == "marketing":
        assert not taken or max(taken.values()) == 1, "nobody twice, over all channels"
        assert tally.accepted <= sum(taken.values()) <= tally.accepted + tally.unknown
        assert tally.unknown <= unknown_max + silences
    else:
        assert tally.unknown == 0
        assert len(taken) >= tally.accepted, "nobody who was accepted is lost"
        assert sum(taken.values()) <= tally.accepted + unknown_max + silences


def _begin(crowd: Any, story: dict[str, Any], campaign: str) -> None:
    from omniloom.store.sql import parse_state

    for server in (crowd.smtp, crowd.gateway):
        server.received.clear()
        server.script.clear()
    for n, actions in story["smtp"]:
        crowd.smtp.script[f"p{n}@example.test"] = list(actions)
    for n, actions in story["gateway"]:
        crowd.gateway.script[f"+1202555{n:04}"] = list(actions)
    with crowd.stores.state.write() as tx:
        tx.run(parse_state("t", "delete from messaging_suppression"))
        tx.run(parse_state("t", "update profiles_consent set is_given = 1"))
        for n in story["no_consent"]:
            tx.run(parse_state("t", "update profiles_consent set is_given = 0 where person_id = :p"), p=n + 1)
    crowd.mailing(campaign, [crowd.id_of(f"p{n}") for n in range(PEOPLE)], kind=story["kind"])


def _turn(crowd: Any, batch: int, kills: list[tuple[str, int]]) -> int:
    """Deliver once, perhaps dying; how many may be unknown because of it."""
    crowd.transport._wires and crowd.transport._wires._down.clear()
    if not kills:
        crowd.deliver(rows_max=batch)
        return 0
    step, after = kills.pop(0)
    count = 0

    def dies(at: str) -> None:
        nonlocal count
        count += at == step
        if count > after:
            raise Killed

    try:
        crowd.deliver(rows_max=batch, between=dies)
    except Killed:
        messaging.reconcile(crowd.stores, now=crowd.clock.now(), is_restart=True)
        return batch
    return 0


def _taken(crowd: Any) -> list[str]:
    """Who was given a message, by their number, whichever provider took it."""
    by_mail = [to.partition("@")[0].removeprefix("p") for to, _ in crowd.smtp.received]
    return by_mail + [str(int(told["to"][-4:])) for told in crowd.gateway.received]
