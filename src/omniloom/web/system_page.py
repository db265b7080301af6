"""The system: which engines keep what and how large they are, how far each stage is, how the worker is doing."""

import platform as machine
import shutil
from dataclasses import dataclass

from nicegui import ui

from omniloom import __version__
from omniloom.access import Permission
from omniloom.app import ActStatus, stages
from omniloom.core.errors import OmniloomError
from omniloom.store import Lag, engine_versions, file_sizes
from omniloom.web import parts
from omniloom.web.page import page
from omniloom.web.theme import mark
from omniloom.web.view import View

REFRESH_S = 3.0
LATE_S = 5.0  # a stage further behind than this is shown as a warning
STORES = {
    "state": mark("State: people, consents, definitions"), "log": mark("Log: what came, as it came"),
    "events": mark("Events: the history that reports read"),
}  # fmt: skip
STAGES = {
    "dedup": mark("Repeats are taken out"), "identity": mark("People are recognised"),
    "profiles": mark("Profiles are folded"), "segments": mark("Segments follow"),
}  # fmt: skip
MOVES = {
    "asked": mark("A move to other stores begins in a moment."),
    "ahead": mark("The stores are being moved; everything works meanwhile."),
    "standing": mark("The stores are being moved; changes wait, events are taken in."),
    "moved": mark("The stores have moved. Restart the server: it opens them."),
    "failed": mark("The last move failed; nothing was changed."),
}  # fmt: skip
GROW = (
    "omniloom store move --data-dir {data_dir} \\\n"
    "  --to postgresql://omniloom@db/omniloom \\\n"
    "  --events clickhouse://omniloom@ch/omniloom \\\n"
    "  --log nats://mq:4222"
)


@dataclass(frozen=True, slots=True)
class Engine:
    """What keeps one store. ``bytes_used``: of its files; None: a server keeps it."""

    store: str
    name: str
    bytes_used: int | None
    fault: str


@page("/system", permission=Permission.SETTINGS_WRITE, title=mark("System"), nav=540, icon="dns")
async def system(view: View) -> None:
    """Engines, stages, the worker, and how to grow."""
    _ = view.translate
    with parts.heading(_("System"), _("What runs here, and how far it is")):
        pass
    engines = await view.run(_engines, view)
    _figures(view, engines)
    with parts.columns(wide=True):
        with parts.stack():
            _stores(view, engines)
            running = ui.element("div").classes("om-stack")
        with parts.stack():
            _growing(view, engines)

    async def show() -> None:
        behind = await view.run(stages, view.platform)
        running.clear()
        with running:
            _stages(view, behind)
            _acts(view, dict(view.platform.status))

    await show()
    ui.timer(REFRESH_S, show, immediate=False)


def _engines(view: View) -> list[Engine]:
    """Ask every engine for its name and version; one that is away says so."""
    settings, found = view.platform.settings.store, []
    sizes = file_sizes(view.platform.data_dir, settings)
    for store, ask in engine_versions(settings).items():
        try:
            name, fault = ask(), ""
        except OmniloomError as error:
            name, fault = "", " ".join(view.explain(error))
        found.append(Engine(store, name, sizes[store], fault))
    return found


def _figures(view: View, engines: list[Engine]) -> None:
    _, fmt = view.translate, view.fmt
    used = sum(engine.bytes_used or 0 for engine in engines)
    free = shutil.disk_usage(view.platform.data_dir).free
    faults = sum(bool(status.error) for status in view.platform.status.values())
    parts.figures(
        [
            ("Omniloom", __version__, f"Python {machine.python_version()}"),
            (_("Health"), _("Degraded") if faults else _("Well"),
             _("acts that fail: {n}").format(n=fmt.number(faults))),
            (_("Files of the stores"), fmt.size(used), str(view.platform.data_dir)),
            (_("Free on the disk"), fmt.size(free), ""),
        ]
    )  # fmt: skip


def _stores(view: View, engines: list[Engine]) -> None:
    _ = view.translate
    with (
        parts.panel(_("Stores"), classes="om-flush"),
        parts.sheet([_("What it keeps"), _("Engine"), _("Size")], numeric=1),
    ):
        for engine in engines:
            with ui.element("tr"):
                parts.text(_(STORES[engine.store]), "om-strong", tag="td")
                with ui.element("td"):
                    if engine.fault:
                        parts.badge(_("Does not answer"), "bad")
                        parts.text(engine.fault, "om-muted")
                    else:
                        parts.text(engine.name)
                size = _("kept by the server") if engine.bytes_used is None else view.fmt.size(engine.bytes_used)
                parts.text(size, "om-right", tag="td")


def _stages(view: View, behind: list[Lag]) -> None:
    _, fmt = view.translate, view.fmt
    subtitle = _("What every event passes, and how long the oldest one waits")
    with (
        parts.panel(_("Stages"), subtitle, classes="om-flush"),
        parts.sheet([_("Stage"), _("Behind"), _("Position in the log")], numeric=1),
    ):
        for stage in behind:
            with ui.element("tr").props(f"data-testid=stage-{stage.name}"):
                parts.text(_(STAGES[stage.name]), tag="td")
                with ui.element("td"):
                    late = _("{n} s").format(n=fmt.number(stage.lag_s, 1))
                    tone = "bad" if stage.lag_s > LATE_S else "info"
                    parts.badge(late, tone) if stage.lag_s else parts.badge(_("up to date"), "good")
                parts.text(fmt.number(stage.position), "om-right", tag="td")


def _acts(view: View, acts: dict[str, ActStatus]) -> None:
    _, fmt = view.translate, view.fmt
    with parts.panel(_("The worker's acts"), _("Since the server started"), classes="om-flush"):
        if not acts:
            parts.text(_("No worker has run here yet."), "om-muted om-pad")
            return
        with parts.sheet([_("Act"), _("State"), _("Rows"), _("Worked, s"), _("Last run")], numeric=3):
            for name, status in acts.items():
                with ui.element("tr"):
                    parts.text(name, "om-mono", tag="td")
                    with ui.element("td"):
                        parts.badge(_("Fails"), "bad") if status.error else parts.badge(_("Works"), "good")
                        if status.error:
                            parts.text(status.error, "om-muted")
                    parts.text(fmt.number(status.rows), "om-right", tag="td")
                    parts.text(fmt.number(status.seconds, 1), "om-right", tag="td")
                    parts.text(fmt.ago(status.last_at, view.now()) if status.last_at else "–", "om-right", tag="td")


def _growing(view: View, engines: list[Engine]) -> None:
    """How to go on when one machine is too small."""
    _ = view.translate
    move = view.platform.relocation
    with parts.panel(_("When one machine is too small")):
        if move is not None:
            parts.badge(_(MOVES[move.stage]), "bad" if move.stage == "failed" else "info")
        if all(engine.bytes_used is None for engine in engines):
            parts.text(_("All stores are on servers already: add collectors and workers."), "om-muted")
            return
        parts.text(
            _("The same data move to PostgreSQL, ClickHouse and NATS, while events are taken in. Move all three or "
              "one; each is compared row by row before the settings change."), "om-muted",
        )  # fmt: skip
        parts.code(GROW.format(data_dir=view.platform.data_dir), copy_label=_("Copy"))
        parts.text(_("More processes that only take events in:"), "om-muted")
        parts.code(f"omniloom serve --data-dir {view.platform.data_dir} --collectors 2", copy_label=_("Copy"))
