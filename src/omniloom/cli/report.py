"""`omniloom report`: what the money did, in the terminal."""

from typing import Annotated

import typer

from omniloom.cli.client import connect
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.core.money import Money

app = typer.Typer(no_args_is_help=True)


def amount(amount_minor: int, currency: str) -> str:
    """An amount in main units; the table's title names the currency."""
    return str(Money(amount_minor, currency)).removesuffix(currency).strip()


def percent(share: float | None) -> str | None:
    """A share as a percentage, or nothing."""
    return None if share is None else f"{share:,.0%}"


@app.callback()
def _group() -> None:
    """Keep `money` a subcommand while it is the only one."""


@app.command(epilog="Example: `omniloom report money --model linear --by channel`")
def money(
    model: Annotated[str, typer.Option(help="Attribution model: first, last, linear.")] = "last",
    lookback_days: Annotated[int, typer.Option(help="How long before an order a touch may count, days.")] = 30,
    by: Annotated[str, typer.Option(help="campaign, channel, ad_group or keyword.")] = "campaign",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Reach, response, orders, revenue and cost per campaign or channel."""
    with connect(data_dir) as client:
        found = client.get("/reports/money", model=model, lookback_days=lookback_days, by=by)
    if as_json:
        print_json(found)
        return
    currency = found["currency"]
    rows = [
        (r["name"] or r["key"], r["reached"], r["responded"], round(r["conversions"], 1), round(r["new_customers"], 1),
         amount(r["revenue_minor"], currency), amount(r["cost_minor"], currency), percent(r["romi"]))
        for r in found["rows"]
    ]  # fmt: skip
    print_table(
        f"Money by {by}, {model} touch, {lookback_days} days, {currency or 'no currency yet'}",
        ("name", "reached", "responded", "orders", "new", "revenue", "cost", "ROMI"),
        rows,
        empty="no orders and no touches yet",
    )
    console.print(
        f"credited {found['credited']:,.0f} of {found['conversions']:,} orders and "
        f"{Money(found['credited_minor'], currency)} of {Money(found['revenue_minor'], currency)}"
    )
