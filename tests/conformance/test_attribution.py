"""What an attribution model must be. A model is whatever passes this file; a new file in the folder is tested here."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omniloom.analytics import MODELS
from omniloom.analytics.model import MILLIONTHS, AttributionModel, Touch, share
from omniloom.store import Stores
from omniloom.store.sql import parse_events

DAY_S = 86_400
CHANNELS = ("email", "sms", "direct_mail", "")
COLUMNS = [("position", pa.int64()), ("touches", pa.int64()), ("age_s", pa.int64()), ("channel", pa.string())]

each_model = pytest.mark.parametrize("model", [pytest.param(model, id=name) for name, model in MODELS.items()])


def path_of(steps: list[tuple[str, int]]) -> list[Touch]:
    """A path from (channel, age in seconds), the oldest first as the report orders them."""
    ordered = sorted(steps, key=lambda step: -step[1])
    return [Touch(place, len(ordered), age_s, channel) for place, (channel, age_s) in enumerate(ordered, start=1)]


# Ages cluster on whole days and on zero, where models that look at time have their edges.
ages = st.one_of(st.sampled_from([0, 1, DAY_S - 1, DAY_S, 7 * DAY_S, 30 * DAY_S]), st.integers(0, 400 * DAY_S))
paths = st.lists(st.tuples(st.sampled_from(CHANNELS), ages), min_size=1, max_size=12).map(path_of)


def test_the_models_of_the_first_release_are_there() -> None:
    assert {"first", "last", "linear"} <= set(MODELS)


@each_model
def test_a_model_is_named_and_explained_in_both_languages(model: AttributionModel) -> None:
    assert set(model.title) == set(model.text) == {"en", "ru"}
    assert all(model.title.values())
    assert all(model.text.values())


@each_model
def test_a_model_does_what_its_examples_say(model: AttributionModel) -> None:
    assert model.examples
    for channels, weights in model.examples:
        path = path_of([(channel, age * DAY_S) for age, channel in enumerate(reversed(channels))])
        assert [model.weight(touch) for touch in path] == weights


@each_model
@given(path=paths, amount=st.integers(-(10**12), 10**12))
def test_shares_are_whole_not_negative_and_add_up(model: AttributionModel, path: list[Touch], amount: int) -> None:
    weights = [model.weight(touch) for touch in path]
    assert all(isinstance(weight, int) and weight >= 0 for weight in weights)
    assert sum(weights) > 0
    assert sum(share(model, path, amount)) == amount
    assert all(part >= 0 for part in share(model, path, MILLIONTHS))


@each_model
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(path=paths)
def test_the_sql_weight_equals_the_python_weight(model: AttributionModel, path: list[Touch], stores: Stores) -> None:
    rows = [{name: getattr(touch, name) for name, _ in COLUMNS} for touch in path]
    weigh = parse_events("test.weigh", f"select {model.weight_sql} as weight from stage_path order by position")
    with stores.events.read() as tx:
        tx.stage("path", pa.Table.from_pylist(rows, schema=pa.schema(COLUMNS)))
        found = [int(row[0]) for row in tx.tuples(weigh)]
    assert found == [model.weight(touch) for touch in path]
