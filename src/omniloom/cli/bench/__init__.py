"""`omniloom bench`: what this machine reaches. One file per measurement; each can end with one line of JSON."""

import typer

from omniloom.cli.bench.identity import bench_identity
from omniloom.cli.bench.intake import intake
from omniloom.cli.bench.loop import loop
from omniloom.cli.bench.move import move
from omniloom.cli.bench.privacy import bench_privacy

app = typer.Typer(no_args_is_help=True)
app.command("identity", epilog="Example: `omniloom bench identity --people 100000 --match 0 --json`")(bench_identity)
app.command("intake", epilog="Example: `omniloom bench intake --json`")(intake)
app.command("loop", epilog="Example: `omniloom bench loop --events 50000 --history '' --json`")(loop)
app.command("move", epilog="Example: `omniloom bench move --events 200k --json`")(move)
app.command("privacy", epilog="Example: `omniloom bench privacy --events 10k --json`")(bench_privacy)
