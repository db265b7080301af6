"""Refused events over time: a bar a day, its parts the reasons."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from omniloom.collect import LetterCount
from omniloom.web import theme
from omniloom.web.refused_words import refusal_text
from omniloom.web.view import View

DAYS = 30
REASONS_MAX = 6  # as many colours as can be told apart; the rest share one


def chart(view: View, counts: list[LetterCount], now: datetime) -> dict[str, Any]:
    """ECharts options: the last 30 days, the most frequent reasons by name."""
    last = now.date()
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    by_reason: dict[str, Counter[Any]] = {}
    for one in counts:
        by_reason.setdefault(one.reason, Counter())[one.day.date()] += one.letters
    ordered = sorted(by_reason.items(), key=lambda item: -item[1].total())
    named = {refusal_text(view, reason): found for reason, found in ordered[:REASONS_MAX]}
    if rest := ordered[REASONS_MAX:]:
        named[view._("Other reasons")] = sum((found for _, found in rest), Counter())
    options = theme.chart(
        xAxis=theme.axis(type="category", data=[view.fmt.short_day(day) for day in days], splitLine={"show": False}),
        yAxis=theme.axis(type="value", minInterval=1),
        series=[
            {"name": name, "type": "bar", "stack": "all", "barMaxWidth": 22, "data": [found[day] for day in days]}
            for name, found in named.items()
        ],
        legend={"left": "center", "top": 0, "textStyle": {"color": theme.MUTED}, "itemHeight": 8, "itemWidth": 14,
                "type": "scroll"},
        tooltip={"trigger": "axis", "confine": True, "axisPointer": {"type": "shadow"}},
    )  # fmt: skip
    options["grid"]["top"] = 40
    return options
