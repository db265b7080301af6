"""Coming in and going out by plain HTTP: cookies, forged forms, redirects, and answers that tell nothing."""

from urllib.parse import parse_qs, urlsplit

import pytest
from nicegui import Client
from starlette.requests import Request

from omniloom import access
from omniloom.web import session_cookie
from omniloom.web.security import is_own_form, is_own_origin, safe_next
from omniloom.web.sessions import Sessions

PASSWORD = "correct horse battery"
OFF_SITE = [
    "//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "/\\/evil.test", "http://evil.test",
    "https:evil.test", "https:/evil.test", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
    "/\tevil.test", "/\n/evil.test", "\t//evil.test", " //evil.test", "//evil.test/%2f..", "evil.test", "@evil.test",
    "/%0d%0aSet-Cookie:x=1\r\n", "/x\r\nSet-Cookie: a=b", "/\x00", "/" * 600, "//evil。test", "//user@evil.test",
    "?next=//evil.test", "", "mailto:x@evil.test", "/ /evil.test", "/\x7f/evil.test", "//[::1]", "/\\\\evil.test",
]  # fmt: skip


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(site):
    answer = site.post("/sign-in", {"email": "owner@example.test", "password": PASSWORD, "next": "/customers?q=a"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/customers?q=a")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_this_host():
    https = Request({"type": "http", "scheme": "https", "headers": [(b"cookie", b"omniloom=planted")], "path": "/"})
    assert session_cookie.session_of(https) is None
    own = Request({"type": "http", "scheme": "https", "headers": [(b"cookie", b"__Host-omniloom=t")], "path": "/"})
    assert session_cookie.session_of(own) == "t"


def test_a_wrong_address_and_a_wrong_password_get_the_same_bytes(site):
    answers = []
    for email in ("owner@example.test", "nobody@example.test"):
        answer = site.post("/sign-in", {"email": email, "password": "wrong wrong wrong"})
        answers.append((answer.status_code, answer.content, answer.headers["location"], sorted(answer.headers)))
    assert answers[0] == answers[1]
    assert "set-cookie" not in answers[0][3]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/setup"])
@pytest.mark.parametrize(
    "headers",
    [
        {}, {"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://testserver"}, {"origin": "http://testserver.evil.test"},
        {"sec-fetch-site": "none"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing(site, path, headers):
    session = site.session("owner")
    headers = {**headers, "cookie": f"omniloom={session}"}
    answer = site.post(path, {"email": "owner@example.test", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert access.user_of(site.platform.stores, session, site.platform.now()) is not None


def test_the_public_name_counts_as_our_own_behind_a_proxy():
    assert is_own_origin("https://crm.example.test", "10.0.0.5:8080", "https://crm.example.test")
    assert not is_own_origin("https://evil.test", "10.0.0.5:8080", "https://crm.example.test")
    assert not is_own_origin("", "", "")
    request = Request({"type": "http", "method": "POST", "headers": [(b"sec-fetch-site", b"same-origin")]})
    assert is_own_form(request, "")


@pytest.mark.parametrize("target", OFF_SITE)
def test_no_target_leads_off_the_site(target):
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/customers/1", "/customers?q=a%20b&x=//y", "/segments/abc#top"])
def test_our_own_paths_pass(target):
    assert safe_next(target) == target


def test_signing_out_ends_the_session_and_empties_its_open_pages(site):
    token = access.sign_in(
        site.platform.stores, email="analyst@example.test", password=PASSWORD, client="x", now=site.platform.now()
    )
    mine = {"cookie": f"omniloom={token}"}
    site.http.ask("GET", "/", headers=mine)
    open_page = list(Client.instances.values())[-1]
    sessions = Sessions(site.platform)
    sessions.watch(open_page, token)
    site.http.run(sessions.close_ended())
    assert len(open_page.layout.default_slot.children) > 0
    answer = site.post("/sign-out", {}, headers={**mine, "sec-fetch-site": "same-origin"})
    assert answer.headers["location"] == "/sign-in"
    site.http.run(sessions.close_ended())
    assert open_page.layout.default_slot.children == []
    assert site.http.ask("GET", "/", headers=mine).status_code == 303


def test_the_first_run_is_over_once_there_is_an_owner(site):
    answer = site.post("/setup", {"token": "x", "email": "a@b.test", "name": "A", "password": PASSWORD})
    back = answer.headers["location"]
    assert back.startswith("/setup?problem=exists")
    assert parse_qs(urlsplit(back).query) | {"name": ["A"], "email": ["a@b.test"]} == parse_qs(urlsplit(back).query)
    assert "password" not in back
    assert PASSWORD.split(maxsplit=1)[0] not in back
    assert len(access.users(site.platform.stores)) == 5
