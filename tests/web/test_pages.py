"""What every answer carries, and that nothing sent from outside becomes markup."""

import re
from datetime import UTC, datetime

import pytest

from omniloom.web.format import Format

HOSTILE = "<script>alert(1)</script>{{7*7}}<img src=x onerror=alert(2)>"


def test_scripts_run_only_with_the_nonce_of_their_answer(site):
    first, second = site.get("/", role="owner"), site.get("/", role="owner")
    nonces = [re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1] for answer in (first, second)]
    assert nonces[0] != nonces[1]
    tags = re.findall(r"<script[^>]*>", first.text)
    assert tags
    assert all(f'nonce="{nonces[0]}"' in tag for tag in tags)
    assert "unsafe-inline" not in first.headers["content-security-policy"].split("script-src")[1].split(";")[0]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/_omniloom/static/omniloom.css", "/favicon.ico"])
def test_every_answer_forbids_framing_and_sniffing(site, path):
    headers = site.get(path, role="owner").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_hostile_name_stays_text(site):
    text = site.get("/settings?tab=users", role="owner").text
    assert HOSTILE not in text
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_pages_speak_the_users_language_and_the_door_the_browsers(site):
    assert "Клиенты" in site.get("/", role="viewer").text
    assert "Клиенты" not in site.get("/", role="owner").text
    russian = site.get("/sign-in", **{"accept-language": "ru-RU,ru;q=0.9,en;q=0.8"})
    assert "Пароль" in russian.text
    assert 'lang="ru"' in russian.text
    assert "Password" in site.get("/sign-in?language=en", **{"accept-language": "ru"}).text


def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(site):
    page, program = site.get("/nowhere", role="owner"), site.get("/api/v1/nowhere")
    assert (page.status_code, program.status_code) == (404, 404)
    assert "There is no page at this address." in page.text
    assert program.json()["code"] == "missing"


def test_an_unknown_customer_is_explained(site):
    answer = site.get("/customers/424242", role="owner")
    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_numbers_money_and_days_read_as_each_language_writes_them():
    at = datetime(2026, 3, 1, 22, 5, 9, tzinfo=UTC)
    english, russian = Format("en"), Format("ru", "Europe/Moscow")
    assert english.number(1234567) == "1,234,567"
    assert russian.number(1234567).replace("\xa0", " ") == "1 234 567"
    assert english.money(459603958, "USD") == "$4,596,039.58"
    assert russian.money(1050, "RUB").replace("\xa0", " ") == "10,50 ₽"
    assert english.money(500, "JPY") == "¥500"
    assert english.money_short(459603958, "USD") == "$4.6M"
    assert english.percent(0.4567, 1) == "45.7%"
    assert english.when(at) == "1 Mar 2026, 22:05"
    assert russian.when(at) == "2 мар. 2026, 01:05"
    assert english.number(None) == english.date(None) == english.money(None, "USD") == "–"
    assert english.ago(at, at.replace(hour=12)).startswith("in ")
