"""The command `omniloom`: lists the groups, turns faults into exit codes."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from omniloom import __version__
from omniloom.cli.output import explain
from omniloom.core.errors import OmniloomError

COMMANDS = {
    "demo": "demo",
    "serve": "serve",
    "collect": "collect",
    "import": "imports",
    "config": "config",
    "doctor": "config",
    "top": "top",
}  # by the module that registers them
GROUPS = {
    "person": "Look people up.",
    "identity": "Find which records are one person.",
    "consent": "The texts people agree to, and who can be reached.",
    "recognise": "Let customers show who they are: links, codes, QR codes, cards.",
    "segment": "Define groups of people and count them.",
    "campaign": "Create, launch and follow campaigns.",
    "source": "What sends events, and what to put on a site or into an ad.",
    "webhook": "Take in what other systems post.",
    "deadletters": "What was refused, and putting it right.",
    "privacy": "What is stored where, for how long, and who was erased.",
    "plan": "What sources are to send, and what they do send.",
    "store": "Where the stores are.",
    "report": "What the money did.",
    "bench": "Measure what this machine reaches.",
}  # a group is the `app` of the module of its name


class _Commands(Mapping[str, Any]):
    """The commands by name. A module is loaded when its command is asked for: looking a person up needs no server."""

    def __getitem__(self, name: str) -> Any:
        loaded = typer.Typer()
        if name in COMMANDS:
            import_module(f"omniloom.cli.{COMMANDS[name]}").register(loaded)
        else:
            about = GROUPS[name]  # a KeyError for any other name
            loaded.add_typer(import_module(f"omniloom.cli.{name}").app, name=name, help=about)
        return typer.main.get_group(loaded).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*COMMANDS, *GROUPS])

    def __len__(self) -> int:
        return len(COMMANDS) + len(GROUPS)


class _OnDemand(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        commands: Any = _Commands()
        self.commands = commands


app = typer.Typer(
    name="omniloom",
    cls=_OnDemand,
    help="Omniloom: one timeline of one person, and the means to act on it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


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
