"""A campaign is made in steps that say what they lack; its page accounts for everyone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom import identity, journeys, messaging, segments
from omniloom.core.errors import Invalid
from omniloom.core.event import Event, encode
from omniloom.messaging import Tally, voice
from omniloom.messaging.reach import SetReach
from omniloom.web import marks
from omniloom.web.campaign_draft import CampaignDraft
from omniloom.web.campaign_numbers import parts_of
from omniloom.web.campaign_reach import reach_words
from omniloom.web.format import Format
from omniloom.web.shell import NOT_FOUND
from omniloom.web.view import View
from omniloom.worker import loop

from .pressing import press, said_now

COUNTS = st.integers(0, 1000)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.dictionaries(st.sampled_from(["no_consent", "quiet"]), COUNTS))
def test_everyone_of_a_mailing_is_in_exactly_one_line(accepted, rejected, suppressed, unknown, waiting, skipped):
    planned = accepted + rejected + suppressed + unknown + waiting + sum(skipped.values())
    tally = Tally(planned, accepted, rejected, suppressed, skipped, unknown, waiting)
    assert sum(part.people for part in parts_of(tally)) == planned


def test_each_step_says_what_it_lacks():
    draft = CampaignDraft()
    assert [bool(draft.problem(step)) for step in range(4)] == [True, True, False, False]
    draft.name, draft.segment_id, draft.is_later = "Spring", "s", True
    draft.switch("email", is_on=True, templates={"email": ["t"]})
    draft.switch("sms", is_on=True, templates={})
    assert [bool(draft.problem(step)) for step in range(4)] == [False, True, True, False]
    draft.switch("sms", is_on=False, templates={})
    draft.day = "2026-03-01"
    assert [draft.problem(step) for step in range(4)] == [""] * 4


def test_the_time_is_the_shops_and_the_cost_is_exact():
    draft = CampaignDraft(is_later=True, day="2026-03-01", time="10:00", channels=["email", "sms"])
    draft.costs = {"email": "0,01", "sms": "3.50", "call": "9"}
    assert draft.scheduled_at("Europe/Moscow") == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert draft.cost_minor("RUB") == {"email": 1, "sms": 350}
    draft.day = "soon"
    with pytest.raises(Invalid):
        draft.scheduled_at("UTC")


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([-1, 1]))))
def test_moving_channels_keeps_all_of_them(moves):
    draft = CampaignDraft(channels=["a", "b", "c"])
    for channel, by in moves:
        draft.move(channel, by)
    assert sorted(draft.channels) == ["a", "b", "c"]


@pytest.fixture
def saved(site):
    """A draft campaign with a hostile name."""
    stores, now, ids = site.platform.stores, site.platform.now(), site.platform.ids
    name = "<script>alert(6)</script> campaign"
    for known in journeys.campaigns(stores):
        if known.name == name:
            return known
    segment = segments.create(stores, name="for a campaign", definition={"consent": "email"}, now=now, ids=ids)
    template = messaging.save_template(
        stores, name="for a campaign", channel="email", subject="Hi", body="<p>x</p>", now=now, ids=ids
    )
    return journeys.create_campaign(
        stores, name=name, segment_id=segment.segment_id, channels=["email"],
        templates={"email": template.template_id}, currency="USD", now=now, ids=ids,
    )  # fmt: skip


def test_the_list_and_the_page_show_a_hostile_campaign_as_text(site, saved):
    for path in ("/campaigns", f"/campaigns/{saved.campaign_id}"):
        answer = site.get(path, role="owner")
        assert answer.status_code == 200
        assert "alert(6)" in answer.text
        assert "<script>alert(6)" not in answer.text


def test_only_who_may_launch_gets_the_button(site, saved):
    page = f"/campaigns/{saved.campaign_id}"
    assert "campaign-launch" in site.get(page, role="marketer").text
    assert "campaign-launch" not in site.get(page, role="viewer").text
    assert "campaign-new" not in site.get("/campaigns", role="analyst").text
    assert site.get("/campaigns/new", role="analyst").status_code == 403
    assert "campaign-state" in site.get(page, role="viewer").text


def test_every_reason_a_campaign_stops_for_has_words():
    assert {reason.value for reason in journeys.StateReason if reason} <= set(marks.REASONS)


def test_a_late_campaign_says_so_and_by_how_much(site, saved):
    stores, now, ids = site.platform.stores, site.platform.now(), site.platform.ids
    late = journeys.create_campaign(
        stores, name="late", segment_id=saved.segment_id, channels=["email"], templates=saved.templates,
        currency="USD", scheduled_at=now - timedelta(minutes=150), now=now, ids=ids,
    )  # fmt: skip
    journeys.launch(stores, late.campaign_id, now=now - timedelta(minutes=151))
    while not journeys.advance(stores, now=now, ids=ids).is_done:
        pass
    page = f"/campaigns/{late.campaign_id}"
    assert "150 min" in site.get(page, role="owner").text
    assert "пока сервер не работал" in site.get(page, role="viewer").text


SPREAD = SetReach(asked=1693, by_channel={"email": 309}, lacking={}, any_channel=309)


@pytest.mark.parametrize(("language", "members", "said"), [
    ("en", 1693, "Can be reached now: 309 of 1,693 in the segment."),
    ("ru", 1693, "Сейчас можно написать: 309 из 1\xa0693 в сегменте."),
    ("en", 9000, "Can be reached now: 309 of the first 1,693; in the segment: 9,000."),
    ("ru", 9000, "Сейчас можно написать: 309 из первых 1\xa0693; в сегменте: 9\xa0000."),
])  # fmt: skip
def test_how_many_are_reached_is_said_of_those_who_were_counted(site, language, members, said):
    view = View(site.platform, NOT_FOUND, None, None, language, Format(language))
    assert reach_words(view, SPREAD, members) == said


def test_a_launch_asks_with_how_many_the_campaigns_own_channels_reach(site, saved):
    stores, now, ids = site.platform.stores, site.platform.now(), site.platform.ids
    known = {"agreed": {"email": "launch-1@example.test"}, "silent": {"email": "launch-2@example.test"},
             "phone": {"phone": "+12025550133"}}  # fmt: skip
    stores.log.append([
        encode(Event(source_id="s", message_id=f"launch-{key}", type="identify", occurred_at=now, received_at=now,
                     identifiers=who, traits={"launch_page": "yes"}))
        for key, who in known.items()
    ])  # fmt: skip
    loop.catch_up(site.platform, None, loop.KNOWING)
    for key, channel in (("agreed", "email"), ("phone", "sms")):
        person = identity.find(stores, next(iter(known[key].values())), "US")[0]
        word = voice.Word(channel=channel, is_given=True, method="till", wording="I agree")
        voice.take_consent(stores, person, word, by="a", now=now, ids=ids)
    segment = segments.create(
        stores, name="launch page", definition={"trait": "launch_page", "is": "yes"}, now=now, ids=ids
    )
    segments.refresh(stores, segment.segment_id, now=now)
    made = journeys.create_campaign(
        stores, name="asks first", segment_id=segment.segment_id, channels=["email"], templates=saved.templates,
        currency="USD", now=now, ids=ids,
    )  # fmt: skip
    site.get(f"/campaigns/{made.campaign_id}", role="owner")
    press(site, "campaign-launch")
    assert [one for one in said_now() if one.startswith("Can be reached now: 1 of 3 in the segment. ")]
    assert journeys.campaign(stores, made.campaign_id).state == "draft"
