"""The management API: every route declares its permission, every role gets what it may, every fault says what to do."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from omniloom import access, api
from omniloom.access import PUBLIC, Permission, Role
from omniloom.api import server
from omniloom.api.door import permission_of
from omniloom.app import Platform, open_platform


class Caller:
    """Calls an application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://omniloom.test") as client:
            return await client.request(method, path, **options)


SAMPLE = {
    "path": "x",
    "person_id": "1",
    "segment": "x",
    "campaign": "x",
    "job_id": "x",
    "import_id": "x",
    "channel": "sms",
    "hook": "x",
    "source": "x",
    "source_id": "x",
    "letter_id": "1",
    "plan": "x",
    "topic": "x",
    "merge_id": "x",
    "key": "x",
    "relation_id": "x",
    "inn": "x",
    "way": "card",
    "erasure_id": "x",
    "incident_id": "x",
    "kind": "first",
    "subject": "people",
    "left_id": "1",
    "right_id": "2",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    opened = open_platform(tmp_path_factory.mktemp("manage"), environ={})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(platform: Platform) -> Caller:
    return Caller(api.build(platform))


@pytest.fixture(scope="module")
def bearers(platform: Platform) -> dict[Role, dict[str, str]]:
    tokens = {
        role: access.create_token(platform.stores, name=f"t-{role}", role=role, now=platform.now()) for role in Role
    }
    return {role: {"authorization": f"Bearer {token}"} for role, token in tokens.items()}


def managed(client: Caller) -> list[tuple[str, str, Permission]]:
    """(method, concrete path, permission) of every management route, from the OpenAPI document the app gives out."""
    found = []
    for route in server.routes_of(client.app):
        permission = permission_of(route.endpoint)
        if isinstance(permission, Permission):
            path = route.path.format_map(SAMPLE)
            found += [(method, path, permission) for method in sorted(route.methods or ())]
    return found


def test_every_route_declares_what_it_needs(client: Caller) -> None:
    assert server.undeclared(client.app) == []
    assert len(managed(client)) > 20


def test_a_route_that_declares_nothing_is_found_and_refuses_everybody(platform: Platform) -> None:
    application = api.build(platform)
    application.add_api_route("/forgotten", lambda: "secret")
    assert server.undeclared(application) == ["GET /forgotten"]
    assert Caller(application).get("/forgotten").status_code == 403


def test_each_role_gets_exactly_what_it_may(client: Caller, bearers: dict[Role, dict[str, str]]) -> None:
    for (method, path, permission), role in itertools.product(managed(client), Role):
        answer = client.request(method, path, headers=bearers[role], json={})
        is_refused = answer.status_code == 403 and answer.json()["code"] == "denied"
        assert is_refused != access.may(role, permission), f"{role} {method} {path}: {answer.status_code}"


def test_nobody_gets_anything_without_signing_in(client: Caller) -> None:
    for method, path, _ in managed(client):
        for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": "omniloom=wrong"}):
            answer = client.request(method, path, headers=headers, json={})
            assert answer.status_code == 401, f"{method} {path}"


def test_a_cookie_does_not_count_for_a_change_that_another_site_sends(client: Caller, platform: Platform) -> None:
    token = access.setup_token(platform.stores)
    access.create_owner(
        platform.stores, token=token, email="o@shop.example.com", name="O", password="long enough phrase",
        language="en", now=platform.now(), ids=platform.ids,
    )  # fmt: skip
    session = access.sign_in(
        platform.stores, email="o@shop.example.com", password="long enough phrase", client="t", now=platform.now()
    )
    headers = {"cookie": f"omniloom={session}"}
    body = {"name": "Till 1"}
    for site in (None, "cross-site", "same-site"):
        from_elsewhere = headers | ({"sec-fetch-site": site} if site else {})
        assert client.post("/api/v1/sources", headers=from_elsewhere, json=body).status_code == 401
    assert client.get("/api/v1/sources", headers=headers).status_code == 200
    own = headers | {"sec-fetch-site": "same-origin"}
    assert client.post("/api/v1/sources", headers=own, json=body).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "/segments/preview", {"definition": {"trait": "shoe_sise", "is": "42"}}, 422, "shoe_sise"),
        ("POST", "/segments/preview", {"definition": {"tratt": "x"}}, 422, "tratt"),
        ("POST", "/segments", {"definition": {"did": "Order Completed"}, "nmae": "x"}, 422, "nmae"),
        ("GET", "/segments/none-such", None, 404, "none-such"),
        ("GET", "/people/999999", None, 404, "999999"),
        ("GET", "/campaigns/none-such", None, 404, "none-such"),
        ("POST", "/campaigns", {"name": "a", "segment": "none", "channels": [], "templates": {}}, 404, "none"),
        ("POST", "/templates", {"name": "t", "channel": "sms", "body": "{{ person.name"}, 422, "body"),
        ("POST", "/imports", {"paths": ["/no/such.csv"], "mapping": "/no/such.yaml"}, 422, "/no/such.csv"),
        ("POST", "/imports", {"paths": ["\0"], "mapping": "x"}, 422, "paths"),
        ("POST", "/imports", {"paths": ["x" * 5000], "mapping": "x"}, 422, "paths"),
        ("GET", "/people?rows_max=-1", None, 422, "rows_max"),
        ("GET", "/people/1/timeline?rows_max=-1", None, 422, "rows_max"),
        ("GET", "/people/1/timeline?before=2026-01-01T00:00:00", None, 422, "before"),
        ("GET", "/people/1/timeline?before=9999-12-31T23:00:00-10:00", None, 422, "before"),
        ("PUT", "/channels/pigeon", {"settings": {}}, 404, "pigeon"),
        ("GET", "/imports/jobs/none", None, 404, "none"),
        ("GET", "/reports/money?model=magic", None, 422, "magic"),
    ],
)
def test_bad_input_names_the_field_and_the_way_out(
    client: Caller, bearers: dict[Role, dict[str, str]], method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = client.request(method, f"/api/v1{path}", headers=bearers[Role.OWNER], json=body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in problem["detail"] + str(problem["facts"])
    assert problem["hint"]


def test_a_body_over_the_cap_is_refused_by_every_route(client: Caller, bearers: dict[Role, dict[str, str]]) -> None:
    for method, path, _ in managed(client):
        if method in {"POST", "PUT"}:
            answer = client.request(method, path, headers=bearers[Role.OWNER], content=b" " * (1 << 20) + b"{}")
            assert answer.status_code == 413, path


def test_a_body_that_hides_its_length_is_cut_at_the_cap(client: Caller, bearers: dict[Role, dict[str, str]]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = client.post("/api/v1/sources", headers=bearers[Role.OWNER], content=endless())
    assert answer.status_code == 413


def test_files_load_as_a_job_whose_progress_can_be_asked_for(
    client: Caller, bearers: dict[Role, dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("id,mail\n1,a@example.com\n2,b@example.com\n")
    (tmp_path / "people.yaml").write_text(
        "target: events\nsource: Test\nevent:\n  type: identify\n  id: person-{id}\n"
        "  occurred_at: {constant: '2026-01-01T00:00:00Z', as: timestamp}\n"
        "  identifiers:\n    user_id: {column: id, as: string}\n  traits:\n    email: {column: mail, as: email}\n"
    )
    headers = bearers[Role.OWNER]
    body = {"paths": [str(tmp_path / "people.csv")], "mapping": str(tmp_path / "people.yaml")}
    started = client.post("/api/v1/imports", headers=headers, json=body)
    assert started.status_code == 202, started.text
    state: dict[str, Any] = {"is_done": False}
    while not state["is_done"]:
        answer: httpx.Response = client.get(f"/api/v1/imports/jobs/{started.json()['job_id']}", headers=headers)
        assert answer.status_code == 200, answer.text
        state = answer.json()
    assert state["result"]["added"] == 2


@pytest.mark.parametrize("field", ["paths", "mapping", "lookup", "link", "climb"])
def test_who_may_not_make_owners_reads_no_file_outside_the_import_folder(
    client: Caller, platform: Platform, bearers: dict[Role, dict[str, str]], field: str
) -> None:
    folder = platform.data_dir / "imports"
    folder.mkdir(exist_ok=True)
    secret = access.local_token(platform.data_dir)
    token = platform.data_dir / "local.token"
    (folder / "rows.csv").write_text("id\n1\n")
    lookup = "lookup:\n  t: {path: ../local.token, format: csv, on: {id: id}}\n" if field == "lookup" else ""
    column = "t.x" if field == "lookup" else "none"
    (folder / "map.yaml").write_text(
        f"target: products\nformat: csv\n{lookup}columns:\n  product_id: id\n  name: {column}\n"
    )
    (folder / "link.csv").unlink(missing_ok=True)
    (folder / "link.csv").symlink_to(token)
    rows = {"paths": token, "link": folder / "link.csv", "climb": folder / ".." / "local.token"}
    body = {
        "paths": [str(rows.get(field, folder / "rows.csv"))],
        "mapping": str(token if field == "mapping" else folder / "map.yaml"),
    }
    answer = client.post("/api/v1/imports", headers=bearers[Role.MARKETER], json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")
    assert secret not in answer.text


def test_a_marketer_imports_from_the_import_folder(
    client: Caller, platform: Platform, bearers: dict[Role, dict[str, str]]
) -> None:
    folder = platform.data_dir / "imports"
    folder.mkdir(exist_ok=True)
    (folder / "rows.csv").write_text("id\n1\n")
    (folder / "map.yaml").write_text("target: products\ncolumns:\n  product_id: id\n")
    body = {"paths": [str(folder / "rows.csv")], "mapping": str(folder / "map.yaml")}
    assert client.post("/api/v1/imports", headers=bearers[Role.MARKETER], json=body).status_code == 202


def test_public_routes_are_the_ones_meant_to_be(client: Caller) -> None:
    public = {r.path for r in server.routes_of(client.app) if permission_of(r.endpoint) is PUBLIC}
    starts = ("/api/v1/openapi.json", "/v1/", "/l/", "/o/", "/u/", "/p/", "/c/", "/hooks/", "/in/", "/health")
    starts += ("/ready", "/omniloom.js", "/px/", "/me")
    assert all(path.startswith(starts) for path in public), sorted(public)
