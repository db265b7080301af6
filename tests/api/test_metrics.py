"""What an operator's tools ask: alive, ready, how far behind."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.engines import open_test_platform

from omniloom.access import local_token
from omniloom.api.server import build
from omniloom.app import Platform, stages
from omniloom.core.clock import ManualClock
from omniloom.core.event import Event, encode
from omniloom.worker import loop

STAGES = ["dedup", "identity", "profiles", "segments"]


@pytest.fixture
def platform(tmp_path: Path, clock: ManualClock) -> Iterator[Platform]:
    opened = open_test_platform(tmp_path / "data", clock=clock)
    yield opened
    opened.close()


def get(platform: Platform, path: str, *, is_signed_in: bool = False) -> httpx.Response:
    headers = {"authorization": f"Bearer {local_token(platform.data_dir)}"} if is_signed_in else {}

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=build(platform))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(once())


def say(platform: Platform, number: int) -> None:
    now = platform.now()
    event = Event(source_id="s", message_id=str(number), type="track", name="Seen", occurred_at=now, received_at=now,
                  identifiers={"user_id": "anna"})  # fmt: skip
    platform.stores.log.append([encode(event)])


def lags(platform: Platform) -> dict[str, float]:
    families = text_string_to_metric_families(get(platform, "/metrics", is_signed_in=True).text)
    family = next(family for family in families if family.name == "omniloom_stage_lag_seconds")
    return {sample.labels["stage"]: sample.value for sample in family.samples}


def test_the_lag_is_the_age_of_the_oldest_event_a_stage_has_not_handled(platform: Platform, clock: ManualClock) -> None:
    assert lags(platform) == dict.fromkeys(STAGES, 0.0)
    say(platform, 1)
    clock.advance(timedelta(seconds=30))
    say(platform, 2)
    clock.advance(timedelta(seconds=10))
    assert lags(platform) == dict.fromkeys(STAGES, 40.0)
    loop.run_once(platform, acts=tuple(act for act in loop.ACTS if act.name == "store.settle"))
    assert lags(platform) == {**dict.fromkeys(STAGES, 40.0), "dedup": 0.0}
    loop.catch_up(platform)
    assert [(stage.name, stage.lag_s) for stage in stages(platform)] == [(name, 0.0) for name in STAGES]


def test_work_and_faults_of_each_act_are_counted(platform: Platform) -> None:
    say(platform, 1)
    loop.catch_up(platform)
    platform.status["journeys.advance"].error = "boom"
    text = get(platform, "/metrics", is_signed_in=True).text
    assert 'omniloom_act_rows_total{act="identity.resolve"} 1.0' in text
    assert 'omniloom_act_failing{act="journeys.advance"} 1.0' in text
    assert "process_resident_memory_bytes" in text


def test_the_figures_are_not_for_everybody_but_life_and_readiness_are(platform: Platform) -> None:
    assert get(platform, "/metrics").status_code == 401
    assert get(platform, "/health").json()["status"] == "ok"
    assert get(platform, "/ready").json() == {"ready": True, "waiting_for": []}


def test_an_installation_whose_intake_has_ended_is_not_ready(platform: Platform) -> None:
    platform.intake.close()  # as a fault of its thread would end it
    answer = get(platform, "/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "waiting_for": ["intake"]})


def test_an_installation_whose_store_does_not_answer_is_not_ready(platform: Platform) -> None:
    app_says = get(platform, "/ready").status_code
    platform.stores.state.close()  # type: ignore[attr-defined] - the engine, as a fault would end it
    answer = get(platform, "/ready")
    assert (app_says, answer.status_code) == (200, 503)
    assert answer.json() == {"ready": False, "waiting_for": ["state"]}
