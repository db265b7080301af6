"""Every route of the document and of the tracking API, with what its schema allows and with what it does not: no 5xx.

`OMNILOOM_FUZZ=200 make test` tries so many requests a route.
"""

import asyncio
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from omniloom import access
from omniloom.api.server import build
from omniloom.api.track import BATCH, SINGLE
from omniloom.app import Platform, open_platform
from omniloom.collect import add_source
from omniloom.core.ids import SeededIds

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that the tool brings along
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.core import NotSet

EXAMPLES = int(os.environ.get("OMNILOOM_FUZZ", "3"))
ID = {"anyOf": [{"type": "string"}, {"type": "number"}]}
ITEM = {
    "type": "object",
    "properties": {
        "type": {"enum": [*dict.fromkeys(SINGLE.values())]}, "event": {"type": "string"},
        "messageId": {"type": "string"},
        "userId": ID, "anonymousId": ID, "properties": {"type": "object"}, "traits": {"type": "object"},
        "context": {"type": "object"}, "timestamp": {"type": "string", "format": "date-time"},
    },
    "required": ["type", "userId", "event"],
}  # fmt: skip
MANY = {"type": "object", "properties": {"batch": {"type": "array", "items": ITEM}}, "required": ["batch"]}


def described(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": ""}},
        }
    }


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    opened = open_platform(tmp_path_factory.mktemp("fuzz") / "home", environ={}, ids=SeededIds(1))
    yield opened
    opened.close()


def operations(document: dict[str, Any]) -> Iterator[Any]:
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        yield found.ok()


def can_be_negated(operation: dict[str, Any]) -> bool:
    """Whether a request may go against its description: a path of any text cannot, which takes long to find."""
    parameters = operation.get("parameters", [])
    texts = [each for each in parameters if each["in"] == "path" and each["schema"].keys() <= {"type", "title"}
             and each["schema"].get("type") == "string"]  # fmt: skip
    return "requestBody" in operation or len(parameters) > len(texts)


def request_of(case: Any) -> dict[str, Any]:
    """The request of a generated case, as httpx sends it; those no client can send are left out."""
    sent: dict[str, Any] = {"method": case.method, "url": case.formatted_path, "params": {}}
    if isinstance(case.query, dict):
        sent["params"] = {str(key): value for key, value in case.query.items()}
    if not isinstance(case.body, NotSet):
        sent |= {"content": case.body} if isinstance(case.body, bytes) else {"json": case.body}
    return sent


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_route_answers_with_a_fault_of_ours(platform: Platform, mode: Any, tmp_path: Path) -> None:
    app = build(platform)
    source = add_source(platform.stores, name=f"Fuzz {mode}", kind="server", now=platform.now(), ids=platform.ids)
    tracking = {f"/v1/{path}": described(ITEM) for path in SINGLE} | {f"/v1/{path}": described(MANY) for path in BATCH}
    document = {**app.openapi(), "paths": {**app.openapi()["paths"], **tracking}}
    keys = {False: access.local_token(platform.data_dir), True: source.write_key}
    faults: list[str] = []
    seen = 0

    async def send(case: Any) -> None:
        nonlocal seen
        path = case.operation.path
        headers = {"authorization": f"Bearer {keys[path in tracking]}"}
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            try:
                sent = client.build_request(**request_of(case))
            except (httpx.InvalidURL, UnicodeError, TypeError, ValueError):
                return
            seen += 1
            answer = await client.send(sent)
        if answer.status_code >= 500 and path != "/ready":
            faults.append(
                f"{case.method} {path}: {answer.status_code} {answer.text[:300]} for {sent.url} {sent.content[:300]!r}"
            )

    for operation in operations(document):
        described_as = document["paths"][operation.path][operation.method]
        if mode is GenerationMode.NEGATIVE and not can_be_negated(described_as):
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case: Any) -> None:
            asyncio.run(send(case))

        try:
            try_it()
        except Exception as error:  # nothing to be negated in a route without parameters
            if "Unsatisfiable" not in type(error).__name__ and "negat" not in str(error).lower():
                raise
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert seen > EXAMPLES * 20
