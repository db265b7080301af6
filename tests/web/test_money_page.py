"""The money page proves its sums, and its file is safe to open in a spreadsheet."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omniloom import analytics
from omniloom.core.text import safe_cell
from omniloom.web.money_csv import HEAD, money_csv
from omniloom.web.money_page import PERIODS, Terms


@given(st.text(max_size=20))
def test_no_cell_can_run_as_a_formula(text):
    cell = safe_cell(text)
    is_number = text.removeprefix("-").replace(".", "", 1).isdigit()
    assert cell in (text, f"'{text}")
    assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
def test_known_attacks_become_text(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("-12.50") == "-12.50"


def test_the_file_has_a_line_for_each_row_and_the_totals(site):
    stores, now = site.platform.stores, site.platform.now()
    cost = {"day": now.date().isoformat(), "channel": "email", "campaign_id": "=cmd()", "cost_minor": 1050}
    analytics.load_costs(stores, [[cost]], now=now, currency="USD")
    report = analytics.money(stores)
    lines = list(csv.reader(io.StringIO(money_csv(report))))
    assert lines[0] == list(HEAD)
    assert len(lines) == len(report.rows) + 2
    hostile = next(line for line in lines if line[0] == "'=cmd()")
    assert hostile[HEAD.index("cost")] == "10.50"
    assert lines[-1][HEAD.index("cost")] == f"{report.totals.cost_minor / 100:.2f}"


def test_the_page_says_that_the_sums_match_in_both_languages(site):
    stores, now = site.platform.stores, site.platform.now()
    cost = {"day": now.date().isoformat(), "channel": "email", "campaign_id": "<img src=x>", "cost_minor": 1}
    analytics.load_costs(stores, [[cost]], now=now, currency="USD")
    english, russian = site.get("/money", role="owner").text, site.get("/money", role="viewer").text
    for text in (english, russian):
        assert "money-reconciled" in text
        assert "money-total" in text
        assert "<img src=x>" not in text
    assert "the sums match" in english
    assert "суммы сходятся" in russian
    assert site.get("/money", role="operator").status_code == 403


@given(st.integers(0, 86_399), st.sampled_from(sorted(PERIODS)))
def test_a_period_begins_at_the_same_midnight_all_day(second, days):
    since = Terms(period_days=days).since(datetime(2026, 3, 31, tzinfo=UTC) + timedelta(seconds=second))
    assert since == (datetime(2026, 3, 31, tzinfo=UTC) - timedelta(days=days) if days else None)
