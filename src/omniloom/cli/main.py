"""The command `omniloom`: lists the groups, turns faults into exit codes."""

import os
import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from omniloom import __version__
from omniloom.cli import (
    bench,
    campaign,
    collect,
    config,
    consent,
    deadletters,
    demo,
    identity,
    imports,
    person,
    plan,
    privacy,
    recognise,
    report,
    segment,
    serve,
    source,
    store,
    top,
    webhook,
)
from omniloom.cli.output import explain
from omniloom.core.errors import OmniloomError

app = typer.Typer(
    name="omniloom",
    help="Omniloom: one timeline of one person, and the means to act on it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for module in (demo, serve, collect, imports, config, top):
    module.register(app)
app.add_typer(person.app, name="person", help="Look people up.")
app.add_typer(identity.app, name="identity", help="Find which records are one person.")
app.add_typer(consent.app, name="consent", help="The texts people agree to, and who can be reached.")
app.add_typer(recognise.app, name="recognise", help="Let customers show who they are: links, codes, QR codes, cards.")
app.add_typer(segment.app, name="segment", help="Define groups of people and count them.")
app.add_typer(campaign.app, name="campaign", help="Create, launch and follow campaigns.")
app.add_typer(source.app, name="source", help="What sends events, and what to put on a site or into an ad.")
app.add_typer(webhook.app, name="webhook", help="Take in what other systems post.")
app.add_typer(deadletters.app, name="deadletters", help="What was refused, and putting it right.")
app.add_typer(privacy.app, name="privacy", help="What is stored where, for how long, and who was erased.")
app.add_typer(plan.app, name="plan", help="What sources are to send, and what they do send.")
app.add_typer(store.app, name="store", help="Where the stores are.")
app.add_typer(report.app, name="report", help="What the money did.")
app.add_typer(bench.app, name="bench", help="Measure what this machine reaches.")


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Omniloom: one timeline of one person, and the means to act on it."""


def main() -> NoReturn:
    """Run a command. Exit codes: 0 done, 2 invalid, 3 missing, 4 conflict, 5 denied, 6 unavailable, 7 misconfigured.

    The interpreter is not taken down piece by piece: DuckDB's binding would report whatever another library still holds
    by then as leaks of its own, a screen of them below an error's one line. Stores were closed by whoever opened them.
    """
    code = _run()
    with suppress(BrokenPipeError):  # `| head` has read enough
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False)
    except OmniloomError as error:
        explain(error)
        return error.exit_code
    except typer.Abort:
        return 130
    except typer.Exit as ending:
        return ending.exit_code
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else bool(ending.code)
    except Exception as error:
        show = getattr(error, "show", None)  # a usage error knows how to show itself
        if show is None:
            raise
        show()
        return 2
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
