"""The money report as a file for spreadsheets. Texts from outside cannot become formulas there."""

import csv
import io
from decimal import Decimal

from omniloom.analytics import MoneyReport, MoneyRow
from omniloom.core.money import exponent_of
from omniloom.core.text import safe_cell

HEAD = (
    "campaign_id", "name", "channel", "reached", "responded", "orders_touched", "orders_credited", "revenue", "cost",
    "cpa", "cpo", "cac", "roi", "romi", "new_customers", "currency", "model", "lookback_days",
)  # fmt: skip


def money_csv(report: MoneyReport) -> str:
    """One line per row and a last one with the totals; amounts in main units with a dot."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in (*report.rows, report.totals):
        writer.writerow([safe_cell(cell) for cell in _cells(report, row)])
    return file.getvalue()


def _cells(report: MoneyReport, row: MoneyRow) -> list[str]:
    scale = exponent_of(report.currency)

    def amount(minor: int | None) -> str:
        return "" if minor is None else f"{Decimal(minor).scaleb(-scale):f}"

    def ratio(value: float | None) -> str:
        return "" if value is None else f"{value:.4f}"

    return [
        row.campaign_id, row.name, row.channel, str(row.reached), str(row.responded), str(row.orders),
        f"{row.conversions:.6f}", amount(row.revenue_minor), amount(row.cost_minor), amount(row.cpa_minor),
        amount(row.cpo_minor), amount(row.cac_minor), ratio(row.roi), ratio(row.romi), f"{row.new_customers:.6f}",
        report.currency, report.model, str(report.lookback_days),
    ]  # fmt: skip
