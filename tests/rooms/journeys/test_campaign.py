"""A campaign's terms, and its way from draft to finished."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from omniloom import journeys, messaging, segments
from omniloom.core.clock import ManualClock
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import SeededIds
from omniloom.journeys import MOVES, CampaignState, StateReason
from omniloom.messaging import Renderer
from omniloom.store import Stores
from omniloom.store.sql import parse_state

SENDS = parse_state("test.sends", "select person_id, state, reason from messaging_send order by person_id")

ATTEMPT = parse_state(
    "test.attempt",
    "insert into messaging_attempt (send_key, send_id, campaign_id, person_id, channel, address, state, reason, "
    "provider_id, tries, fence, intent_at, reported) "
    "values ('k', 's', :campaign_id, 1, 'email', 'a@b.test', 'accepted', '', '', 1, 1, 0, 1)",
)


def sends(stores: Stores) -> list[tuple[int, str, str]]:
    with stores.state.read() as tx:
        return [(int(person), str(state), str(reason)) for person, state, reason in tx.tuples(SENDS)]


def test_a_draft_keeps_its_terms_and_is_found_by_id_and_name(stores: Stores, make: Any) -> None:
    made = make(cost_per_message_minor=5)
    assert made.state is CampaignState.DRAFT
    assert made.cost_per_message_minor == {"email": 5, "sms": 5}
    assert journeys.campaign(stores, made.campaign_id) == journeys.campaign(stores, "Spring") == made
    assert journeys.campaigns(stores) == [made]
    with pytest.raises(Missing, match="Autumn"):
        journeys.campaign(stores, "Autumn")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 121}),
        ("segment_id", {"segment_id": "nobody"}),
        ("channels", {"channels": []}),
        ("channels", {"channels": ["email", "email"]}),
        ("channels", {"channels": ["pigeon"]}),
        ("templates", {"channels": ["email", "sms"], "templates": {}}),
        ("templates", {"channels": ["email"]}),
        ("templates", {"channels": ["email"], "templates": {"email": "gone"}}),
        ("cost_per_message_minor", {"cost_per_message_minor": -1}),
        ("cost_per_message_minor", {"cost_per_message_minor": {"push": 1}}),
        ("cost_per_message_minor", {"cost_per_message_minor": 0.5}),
        ("cost_per_message_minor", {"cost_per_message_minor": 10**30}),
        ("currency", {"currency": "roubles"}),
        ("currency", {"currency": "\0$a"}),
        ("scheduled_at", {"scheduled_at": datetime.fromisoformat("9999-12-31T23:00:00-10:00")}),
        ("scheduled_at", {"scheduled_at": datetime.fromisoformat("2026-12-01T10:00:00")}),
    ],
)
def test_wrong_terms_are_refused_by_field(field: str, change: dict[str, Any], stores: Stores, make: Any) -> None:
    with pytest.raises(Invalid) as caught:
        make(**change)
    assert caught.value.facts["field"] == field
    assert journeys.campaigns(stores) == []


def test_a_template_of_another_channel_is_refused(stores: Stores, make: Any) -> None:
    templates = make().templates
    with pytest.raises(Invalid, match="is for sms, not email"):
        make(name="Other", channels=["email"], templates={"email": templates["sms"]})


def test_names_are_unique_and_a_draft_may_change(stores: Stores, make: Any, clock: ManualClock) -> None:
    first, second = make(), make(name="Summer")
    with pytest.raises(Conflict, match="already a campaign 'Spring'"):
        make()
    with pytest.raises(Conflict, match="already a campaign 'Spring'"):
        journeys.update_campaign(stores, second.campaign_id, name="Spring", now=clock.now())
    changed = journeys.update_campaign(
        stores, second.campaign_id, name="Autumn", channels=["email"],
        templates={"email": second.templates["email"]}, now=clock.now(),
    )  # fmt: skip
    assert (changed.name, changed.channels, changed.cost_per_message_minor) == ("Autumn", ["email"], {"email": 2})
    assert changed.segment_id == first.segment_id
    with pytest.raises(TypeError):
        journeys.update_campaign(stores, second.campaign_id, colour="red", now=clock.now())
    journeys.launch(stores, second.campaign_id, now=clock.now())
    with pytest.raises(Conflict, match="no draft any more"):
        journeys.update_campaign(stores, second.campaign_id, name="Winter", now=clock.now())


def test_a_launched_campaign_plans_its_whole_audience_then_sends_then_finishes(
    stores: Stores, make: Any, clock: ManualClock, people: list[int], settle: Any, deliver: Callable[[], None]
) -> None:
    made = make()
    assert journeys.launch(stores, made.campaign_id, now=clock.now()).state is CampaignState.PLANNING
    deliver()
    assert sends(stores) == []
    settle()
    running = journeys.campaign(stores, made.campaign_id)
    assert (running.state, running.audience, running.launched_at) == ("running", len(people), clock.now())
    shown = journeys.progress(stores, made.campaign_id)
    assert (shown.tally.planned, shown.tally.open, shown.unplanned, shown.is_balanced) == (7, 7, 0, True)
    deliver()
    settle()
    finished = journeys.campaign(stores, made.campaign_id)
    assert (finished.state, finished.finished_at) == ("finished", clock.now())
    shown = journeys.progress(stores, made.campaign_id)
    assert shown.tally.open == 0
    assert sum(shown.tally.skipped.values()) == len(people)
    assert shown.is_balanced


def test_a_scheduled_campaign_waits_and_takes_the_audience_of_its_hour(
    stores: Stores, make: Any, clock: ManualClock, settle: Any, merge: Any
) -> None:
    made = make(scheduled_at=clock.now() + timedelta(hours=1))
    assert journeys.launch(stores, made.campaign_id, now=clock.now()).state is CampaignState.SCHEDULED
    settle()
    assert journeys.campaign(stores, made.campaign_id).state is CampaignState.SCHEDULED
    merge(7, 1)
    clock.advance(timedelta(hours=1))
    settle()
    running = journeys.campaign(stores, made.campaign_id)
    assert (running.state, running.audience) == ("running", 6)


def test_a_campaign_whose_hour_passed_unattended_waits_for_a_decision(
    stores: Stores, make: Any, clock: ManualClock, settle: Any
) -> None:
    made = make(scheduled_at=clock.now() + timedelta(hours=1))
    journeys.launch(stores, made.campaign_id, now=clock.now())
    clock.advance(timedelta(hours=4))
    settle()
    late = journeys.campaign(stores, made.campaign_id)
    assert (late.state, late.state_reason, late.state_detail) == ("paused", StateReason.LATE, "180 min")
    journeys.resume(stores, made.campaign_id, now=clock.now())
    settle()
    assert journeys.campaign(stores, made.campaign_id).state is CampaignState.RUNNING


def test_pausing_stops_the_sending_at_once_and_resuming_goes_on(
    stores: Stores, make: Any, clock: ManualClock, settle: Any, deliver: Callable[[], None]
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    settle()
    paused = journeys.pause(stores, made.campaign_id, now=clock.now())
    assert (paused.state, paused.state_reason) == ("paused", StateReason.BY_HAND)
    deliver()
    assert {state for _, state, _ in sends(stores)} == {"planned"}
    journeys.resume(stores, made.campaign_id, now=clock.now())
    deliver()
    assert {state for _, state, _ in sends(stores)} == {"skipped"}


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_pausing_amid_planning_keeps_everyone_and_sends_nothing(
    steps: int, stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any, deliver: Any
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    for _ in range(steps):
        journeys.advance(stores, now=clock.now(), ids=ids, rows_max=3)
    journeys.pause(stores, made.campaign_id, now=clock.now())
    settle()
    deliver()
    assert {state for _, state, _ in sends(stores)} <= {"planned"}
    assert journeys.progress(stores, made.campaign_id).is_balanced
    assert journeys.resume(stores, made.campaign_id, now=clock.now()).state is CampaignState.PLANNING
    settle()
    deliver()
    assert [(person, state) for person, state, _ in sends(stores)] == [(person, "skipped") for person in range(1, 8)]


@pytest.mark.parametrize("steps", range(6))
def test_cancelling_at_any_step_leaves_nobody_waiting(
    steps: int, stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any, deliver: Any
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    for _ in range(steps):
        journeys.advance(stores, now=clock.now(), ids=ids, rows_max=3)
    cancelled = journeys.cancel(stores, made.campaign_id, now=clock.now())
    assert (cancelled.state, cancelled.finished_at) == ("cancelled", clock.now())
    settle()
    deliver()
    shown = journeys.progress(stores, made.campaign_id)
    assert (shown.tally.open, shown.is_balanced) == (0, True)
    assert {(state, reason) for _, state, reason in sends(stores)} <= {("skipped", "cancelled")}


def test_a_segment_that_is_gone_or_broken_pauses_the_campaign_with_its_reason_and_no_other(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any
) -> None:
    doomed = segments.create(stores, name="Doomed", definition={"did": "Order Completed"}, now=clock.now(), ids=ids)
    broken, sound = make(name="Broken", segment_id=doomed.segment_id), make(name="Sound")
    for each in (broken, sound):
        journeys.launch(stores, each.campaign_id, now=clock.now())
    segments.archive(stores, doomed.segment_id, now=clock.now())
    settle()
    paused = journeys.campaign(stores, broken.campaign_id)
    assert (paused.state, paused.state_reason) == ("paused", StateReason.AUDIENCE)
    assert paused.state_detail
    assert journeys.campaign(stores, sound.campaign_id).state is CampaignState.RUNNING
    journeys.cancel(stores, broken.campaign_id, now=clock.now())


def test_a_campaign_whose_template_never_ends_is_paused_with_its_reason_and_goes_on_when_resumed(
    stores: Stores, make: Any, clock: ManualClock, settle: Any
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    settle()
    messaging.hold_mailing(stores, made.campaign_id, reason="limit: loops without end")
    settle()
    paused = journeys.campaign(stores, made.campaign_id)
    assert (paused.state, paused.state_reason) == (CampaignState.PAUSED, StateReason.TEMPLATES)
    assert paused.state_detail == "limit: loops without end"
    journeys.resume(stores, made.campaign_id, now=clock.now())
    settle()
    assert journeys.campaign(stores, made.campaign_id).state is CampaignState.RUNNING


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_corrected_template_is_used_on_resuming_unless_something_was_sent(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any, was_sent: bool
) -> None:
    made = make()
    journeys.launch(stores, made.campaign_id, now=clock.now())
    settle()
    if was_sent:
        with stores.state.write() as tx:
            tx.run(ATTEMPT, campaign_id=made.campaign_id)
    messaging.hold_mailing(stores, made.campaign_id, reason="limit: loops without end")
    settle()
    messaging.save_template(
        stores, name="Corrected", channel="email", subject="Hello", body="Better", now=clock.now(), ids=ids,
        template_id=made.templates["email"],
    )  # fmt: skip
    journeys.resume(stores, made.campaign_id, now=clock.now())
    body = messaging.mailing(stores, made.campaign_id).templates["email"]["body"]
    assert body == ("Hello" if was_sent else "Better")


def test_an_empty_audience_finishes_at_once(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any
) -> None:
    nobody = segments.create(stores, name="Nobody", definition={"did": "Nothing"}, now=clock.now(), ids=ids)
    made = make(segment_id=nobody.segment_id)
    journeys.launch(stores, made.campaign_id, now=clock.now())
    settle()
    assert journeys.campaign(stores, made.campaign_id).state is CampaignState.FINISHED
    assert journeys.progress(stores, made.campaign_id).is_balanced


ACTS = {
    "launch": (journeys.launch, {CampaignState.DRAFT}),
    "pause": (journeys.pause, {CampaignState.SCHEDULED, CampaignState.PLANNING, CampaignState.RUNNING}),
    "resume": (journeys.resume, {CampaignState.PAUSED}),
    "cancel": (journeys.cancel, set(CampaignState) - {CampaignState.FINISHED, CampaignState.CANCELLED}),
}
SET_STATE = parse_state("test.set", "update journeys_campaign set state = :state where campaign_id = :campaign_id")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", CampaignState)
def test_an_act_is_done_where_it_may_be_and_refused_elsewhere_with_the_state(
    act: str, state: CampaignState, stores: Stores, make: Any, clock: ManualClock
) -> None:
    made = make()
    with stores.state.write() as tx:
        tx.run(SET_STATE, campaign_id=made.campaign_id, state=state)
    acted, allowed = ACTS[act]
    if state in allowed:
        moved = acted(stores, made.campaign_id, now=clock.now())
        assert moved.state in MOVES[state]
    else:
        with pytest.raises(Conflict, match=f"is {state} and cannot be"):
            acted(stores, made.campaign_id, now=clock.now())
        assert journeys.campaign(stores, made.campaign_id).state is state


def test_the_preview_shows_each_channel_and_the_decision_without_writing(
    stores: Stores, make: Any, clock: ManualClock, renderer: Renderer
) -> None:
    made = make()
    shown = journeys.preview(stores, renderer, made.campaign_id, 1, now=clock.now(), seen=dict)
    assert [message.channel for message in shown.messages] == ["email", "sms"]
    assert [message.text for message in shown.messages] == ["Hello", "Hello"]
    assert isinstance(shown.decision.verdict, messaging.Skip)
    assert sends(stores) == []
    with pytest.raises(Missing):
        journeys.preview(stores, renderer, made.campaign_id, 999, now=clock.now(), seen=dict)


def test_a_text_that_only_a_notice_can_fill_is_refused(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds
) -> None:
    draft = make()

    def saved(name: str, body: str) -> dict[str, str]:
        made = messaging.save_template(
            stores, name=name, channel="sms", subject="", body=body, now=clock.now(), ids=ids
        )  # fmt: skip
        return {**draft.templates, "sms": made.template_id}

    notice = saved("Code", "{{ code }} is your code")
    with pytest.raises(Invalid) as refused:
        make(name="Autumn", templates=notice)
    assert refused.value.facts["field"] == "templates"
    with pytest.raises(Invalid):
        journeys.update_campaign(stores, draft.campaign_id, templates=notice, now=clock.now())
    assert make(name="Winter", templates=saved("Promo", "Your code: {{ person['promo code'] }}"))


def test_a_text_that_became_a_notices_after_the_draft_was_saved_is_never_launched(
    stores: Stores, make: Any, clock: ManualClock, ids: SeededIds, settle: Any
) -> None:
    def reword(body: str) -> None:
        messaging.save_template(
            stores, name="Hello by sms", channel="sms", subject="", body=body, now=clock.now(), ids=ids,
            template_id=draft.templates["sms"],
        )  # fmt: skip

    draft = make()
    later = make(name="Later", scheduled_at=clock.now() + timedelta(hours=1))
    journeys.launch(stores, later.campaign_id, now=clock.now())
    reword("{{ code }} is your code, or go to {{ recognise_url }}")
    with pytest.raises(Invalid, match="Hello by sms asks for code, recognise_url") as refused:
        journeys.launch(stores, draft.campaign_id, now=clock.now())
    assert refused.value.facts["field"] == "templates"
    assert "take it out of the template's text" in refused.value.hint
    assert journeys.campaign(stores, draft.campaign_id).state is CampaignState.DRAFT

    clock.advance(timedelta(hours=1))
    settle()
    stopped = journeys.campaign(stores, later.campaign_id)
    assert (stopped.state, stopped.state_reason) == (CampaignState.PAUSED, StateReason.TEMPLATES)
    assert "Hello by sms asks for code" in stopped.state_detail
    assert sends(stores) == []

    reword("Hello again")
    journeys.resume(stores, later.campaign_id, now=clock.now())
    journeys.launch(stores, draft.campaign_id, now=clock.now())
    settle()
    assert {one.state for one in journeys.campaigns(stores)} == {CampaignState.RUNNING}
