"""The preference centre through HTTP: everything by a signed link, nothing by looking, all of it in force at once."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.api.test_public import Door, Rooms, door, is_ticked  # noqa: F401 - a fixture

from omniloom import identity, messaging, profiles
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, encode
from omniloom.messaging import Reason
from omniloom.profiles import Frequency, PrivacyKind, Topic
from omniloom.store.sql import parse_state

RU = {"accept-language": "ru"}
ANOTHERS = (
    "insert into identity_person (person_id, root_id, created_at) values (2, 2, :now)",
    "update identity_identifier set person_id = 2, last_seen_at = :now where value = 'ann@example.test'",
)


def wish_of(stores: Any) -> profiles.Preference:
    with stores.state.read() as tx:
        return profiles.contacts(tx, [1])[1].preference


def test_what_is_chosen_is_kept_shown_and_told(door: Door, clock: ManualClock) -> None:  # noqa: F811
    for key, place in (("news", 2), ("sale", 1), ("old", 3)):
        topic = Topic(key, f"About {key}", f"О теме {key}", place=place, is_offered=key != "old")
        profiles.save_topic(door.stores, topic, now=clock.now())
    page = door.client.get(door.path("p"), headers=RU).text
    assert page.index("О теме sale") < page.index("О теме news")
    assert "О теме old" not in page
    chosen = {"channel": "email", "topics": "1", "topic": "news", "frequency": "weekly", "pause": "30",
              "language": "ru", "reply": "email", "spoken": "ru"}  # fmt: skip
    saved = door.client.post(door.path("p"), data=chosen, headers={"accept-language": "en"}).text
    assert "Сохранено." in saved, "the language that was chosen is spoken at once"
    assert is_ticked(saved)
    assert 'value="news" checked' in saved
    assert 'value="sale" checked' not in saved
    assert 'value="weekly" checked' in saved
    assert "Вы попросили не писать до" in saved
    wish = wish_of(door.stores)
    assert (wish.frequency, wish.language, wish.reply_channel) == (Frequency.WEEKLY, "ru", "email")
    assert (wish.topics_off, wish.paused_until) == ({"sale"}, clock.now() + timedelta(days=30))
    (told,) = door.events("Preferences Changed")
    assert (told.properties["topics_off"], told.properties["frequency"]) == (["sale"], "weekly")
    decision = messaging.consider(door.stores, 1, channels=["email"], now=clock.now())
    assert Reason.CHANNEL_OFF in [step.reason for step in decision.trail]
    clock.advance(timedelta(days=31))
    assert "Вы попросили" not in door.client.get(door.path("p")).text
    door.client.post(door.path("p"), data={"channel": "email", "pause": "0"})
    assert wish_of(door.stores).paused_until is None
    assert wish_of(door.stores).frequency is Frequency.WEEKLY, "what a form does not say stays"


@pytest.mark.parametrize("form", [
    {"pause": "9999"}, {"pause": "x"}, {"frequency": "hourly"}, {"language": "tlh"}, {"reply": "pigeon"},
])  # fmt: skip
def test_a_forged_form_changes_nothing(door: Door, form: dict[str, str]) -> None:  # noqa: F811
    page = door.client.post(door.path("p"), data={"channel": "email", **form})
    assert page.status_code == 200
    assert "Saved." not in page.text
    assert wish_of(door.stores) == profiles.Preference()


def test_joining_keeps_the_words_that_were_read_and_where_they_came_from(door: Door, clock: ManualClock) -> None:  # noqa: F811
    door.client.post(door.path("p"), data={})
    clock.advance(timedelta(minutes=1))
    door.client.post(door.path("p"), data={"channel": "email", "spoken": "ru"})
    given, left = profiles.consent_history(door.stores, 1)
    assert (given.is_given, left.is_given) == (True, False)
    assert given.wording.startswith("Я согласен(на) получать рекламные сообщения")
    assert given.user_agent.endswith("Firefox/140.0")
    assert given.ip == "127.0.0.1"
    assert is_ticked(door.client.get(door.path("p")).text), "it counts before the log was read"


def test_why_names_the_campaign_the_consent_and_its_date(door: Door, clock: ManualClock) -> None:  # noqa: F811
    assert "We find no consent" in door.client.get(door.path("p") + "/why").text
    with door.stores.state.write() as tx:
        at = clock.now() - timedelta(days=3)
        profiles.take_word(tx, profiles.ConsentEntry(
            source_id="s", message_id="m", person_id=1, channel="email", purpose="marketing", is_given=True,
            wording="Write <b>to</b> me", method="form", occurred_at=at, recorded_at=at,
        ))  # fmt: skip
    page = door.client.get(door.path("p") + "/why?language=ru").text
    for part in ("Sale", "a***@example.test", "Ваше согласие от 27 февраля 2026", "Write &lt;b&gt;to&lt;/b&gt; me"):
        assert part in page, part
    assert "ann@example.test" not in page


def test_what_is_stored_is_shown_without_giving_addresses_away(door: Door) -> None:  # noqa: F811
    page = door.client.get(door.path("p") + "/data")
    assert "a***@example.test" in page.text
    assert "ann@example.test" not in page.text
    file = door.client.get(door.path("p") + "/data.json")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json()["identifiers"][0]["value"] == "a***@example.test"
    for _ in range(2):
        assert "Asked for" in door.client.post(door.path("p") + "/data").text
    (asked,) = profiles.privacy_requests(door.stores)
    assert (asked.kind, asked.person_id, asked.ip) == (PrivacyKind.EXPORT, 1, "127.0.0.1")


def test_traits_that_name_somebody_are_masked_however_they_are_written(door: Door, clock: ManualClock) -> None:  # noqa: F811
    traits = {"email": "Ann@Example.test", "phone": "(202) 555-0143", "name": "Ann Word", "work": "ann@work.test",
              "address": {"street": "Elm 5"}, "size": "42"}  # fmt: skip
    door.stores.log.append([encode(Event(
        source_id="s", message_id="traits", type="identify", occurred_at=clock.now(), received_at=clock.now(),
        identifiers={"email": "ann@example.test"}, traits=traits,
    ))])  # fmt: skip
    for act in (partial(identity.resolve, home_region="US", home_currency="USD"), profiles.fold):
        act(door.stores, now=clock.now(), rows_max=1_000)
    shown = {one["name"]: one["value"] for one in door.client.get(door.path("p") + "/data.json").json()["traits"]}
    assert shown["size"] == "42"
    assert shown["email"] == "A***@Example.test"
    for text in (str(shown), door.client.get(door.path("p") + "/data").text):
        assert not any(word in text for word in ("Ann@", "555-0143", "Ann Word", "ann@work", "Elm"))


def test_being_erased_takes_two_steps_and_ends_marketing_at_once(door: Door, clock: ManualClock) -> None:  # noqa: F811
    path = door.path("p") + "/erase"
    assert 'name="sure"' in door.client.get(path).text
    assert "Please tick the box" in door.client.post(path, data={}).text
    assert profiles.privacy_requests(door.stores) == []
    assert is_ticked(door.client.get(door.path("p")).text)
    for _ in range(2):
        assert "Your wish is kept" in door.client.post(path, data={"sure": "yes"}).text
        clock.advance(timedelta(minutes=1))
    (asked,) = profiles.privacy_requests(door.stores, kind=PrivacyKind.ERASURE)
    assert asked.state == "open"
    assert not is_ticked(door.client.get(door.path("p")).text)
    assert [line.channel for line in profiles.consent_history(door.stores, 1)] == ["*"]
    assert len(door.events("Privacy Requested")) == 1
    with door.stores.state.write() as tx:
        profiles.settle_privacy(tx, asked.request_id, profiles.PrivacyState.DONE, by="job", now=clock.now())
    assert profiles.privacy_requests(door.stores) == []


@pytest.mark.parametrize("page", ["", "/why", "/data", "/data.json", "/erase"])
def test_a_link_to_an_address_that_is_anothers_by_now_only_leaves(door: Door, clock: ManualClock, page: str) -> None:  # noqa: F811
    path = door.path("p")
    with door.stores.state.write() as tx:
        for text in ANOTHERS:
            tx.run(parse_state("t", text), now=clock.now())
    answer = door.client.get(path + page, headers=RU)
    assert answer.status_code == 410
    assert "теперь принадлежит другому клиенту" in answer.text
    if page in ("", "/data", "/erase"):
        assert door.client.post(path + page, data={"channel": "sms", "sure": "yes"}).status_code == 410
    assert profiles.privacy_requests(door.stores) == []
    one_click = door.client.post(door.path("u"), data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, door.is_suppressed()) == (200, True)
    assert profiles.consent_history(door.stores, 1) == []


@pytest.mark.parametrize("moved", ["between the steps", "while the second is answered"])
def test_nobody_is_told_of_an_erasure_that_was_not_taken(
    door: Door, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, moved: str  # noqa: F811
) -> None:  # fmt: skip
    """The address goes to another customer after the question was shown: whoever reads it may not erase the first."""
    path = door.path("p") + "/erase"
    assert 'name="sure"' in door.client.get(path).text

    def move(*_: Any) -> Any:
        monkeypatch.undo()
        with door.stores.state.write() as tx:
            for text in ANOTHERS:
                tx.run(parse_state("t", text), now=clock.now())
        return clock.now()

    if moved == "between the steps":
        move()
    else:
        monkeypatch.setattr(Rooms, "now", move)  # the door looks at the clock once it knows whose link it is
    answer = door.client.post(path, data={"sure": "yes"})
    assert (answer.status_code, "Your wish is kept" in answer.text) == (410, False)
    assert profiles.privacy_requests(door.stores) == []
    assert profiles.consent_history(door.stores, 1) == []
    assert door.events("Privacy Requested") == []


@pytest.mark.parametrize("page", ["", "/why", "/data", "/data.json", "/erase"])
def test_no_page_opens_without_a_link_of_ours_runs_script_or_changes_anything(door: Door, page: str) -> None:  # noqa: F811
    path = door.path("p")
    tables = ("profiles_preference", "profiles_consent_ledger", "profiles_privacy_request", "messaging_suppression")
    count = [parse_state("t", f"select count(*) as n from {table}") for table in tables]
    for token in (path[:-3], "/p/nope", "/p/" + door.path("l").split("/")[2]):
        assert door.client.get(token + page).status_code == 404
        if page != "/why" and page != "/data.json":
            assert door.client.post(token + page, data={"sure": "yes"}).status_code == 404
    shown = door.client.get(path + page)
    assert shown.status_code == 200
    if not page.endswith("json"):
        assert "<script" not in shown.text
        assert shown.headers["content-security-policy"].startswith("default-src 'none'")
        assert re.search(r"<main>.*<h1>", shown.text, re.DOTALL)
    assert "no-store" in shown.headers["cache-control"]
    with door.stores.state.read() as tx:
        assert [tx.rows(query)[0]["n"] for query in count] == [0, 0, 0, 0]
