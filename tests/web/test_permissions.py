"""Every page declares what it needs, and every role meets exactly that."""

from types import SimpleNamespace

import pytest
from nicegui import Client, core, ui
from starlette.requests import Request
from tests.web.conftest import PASSWORD

from omniloom import access
from omniloom.access import PUBLIC, ROLES, Permission, Role
from omniloom.core.errors import Denied, Misconfigured
from omniloom.web import PAGES, entry, page
from omniloom.web.shell import load_pages, make_view

load_pages()
GUARDED = [path for path, one in PAGES.items() if one.permission is not PUBLIC]
OWN_PREFIXES = ("/_nicegui", "/_omniloom/static")
OWN_FILES = {"/favicon.ico"}


def undeclared(routes) -> list[str]:
    """Routes of the interface that declare no permission."""
    found = []
    for route in routes:
        path, methods = route.path, getattr(route, "methods", None) or set()
        if path.startswith(OWN_PREFIXES) or path in OWN_FILES:
            continue
        is_form = methods == {"POST"} and path in entry.ROUTES
        if not is_form and (path not in PAGES or methods - {"GET", "HEAD"}):
            found.append(path)
    return found


def test_every_route_declares_the_permission_it_needs(site):
    assert undeclared(core.app.routes) == []
    assert {path for path in Client.page_routes.values() if not path.startswith("/_nicegui")} == set(PAGES)
    assert all(isinstance(one.permission, Permission) or one.permission is PUBLIC for one in PAGES.values())


def test_a_page_made_past_the_registry_is_caught(site):
    ui.page("/planted")(lambda: None)
    try:
        assert undeclared(core.app.routes) == ["/planted"]
    finally:
        core.app.remove_route("/planted")
        Client.page_routes.pop(next(f for f, path in Client.page_routes.items() if path == "/planted"))


def test_only_the_way_in_is_public():
    assert {path for path, one in PAGES.items() if one.permission is PUBLIC} == {"/sign-in", "/setup"}
    assert set(entry.ROUTES) == {"/sign-in", "/sign-out", "/setup"}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_exactly_the_pages_it_may_see(site, address, role):
    seen = {path: site.get(address(path), role=role).status_code for path in GUARDED}
    allowed = {path for path in GUARDED if PAGES[path].permission in ROLES[role]}
    assert {path for path, status in seen.items() if status != 403} == allowed
    assert set(seen.values()) <= {200, 303, 307, 403, 404}


def test_a_refused_page_names_the_missing_permission_and_none_of_its_content(site):
    answer = site.get("/settings", role="viewer")
    assert answer.status_code == 403
    assert "settings.read" in answer.text
    assert "Установка" not in answer.text  # a tab of the page, in the viewer's language


def test_nobody_sees_no_page_and_is_sent_to_the_door(site, address):
    for path in GUARDED:
        answer = site.get(address(path))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in")


def test_the_menu_shows_only_what_the_role_may_see(site):
    text = site.get("/", role="operator").text
    assert '"/customers"' in text.replace("&quot;", '"')
    assert '"/settings"' not in text.replace("&quot;", '"')


def test_two_pages_cannot_claim_one_path():
    with pytest.raises(Misconfigured, match="two pages claim /sign-in"):
        page("/sign-in", permission=PUBLIC, title="Twin")(SimpleNamespace())


def test_an_act_of_an_open_page_asks_the_session_again(site):
    token = access.sign_in(
        site.platform.stores, email="operator@example.test", password=PASSWORD, client="again", now=site.platform.now()
    )
    headers = [(b"host", b"testserver"), (b"cookie", f"omniloom={token}".encode())]
    request = Request({"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": headers})
    visitor = access.user_of(site.platform.stores, token, site.platform.now())
    view = make_view(site.platform, PAGES["/customers"], request, visitor)
    view.require(Permission.CUSTOMERS_WRITE)
    access.sign_out(site.platform.stores, token)
    with pytest.raises(Denied):
        view.require(Permission.CUSTOMERS_WRITE)
