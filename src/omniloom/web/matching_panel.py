"""The search for duplicates as a panel: how far it is, whoever began it, and what the last one came to."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from omniloom import identity, profiles
from omniloom.access import Permission
from omniloom.core.errors import OmniloomError
from omniloom.identity import Matching, MatchingOutcome
from omniloom.web import parts
from omniloom.web.match_words import STAGES
from omniloom.web.theme import mark
from omniloom.web.view import View

REFRESH_S = 1.0
ENDS = {
    MatchingOutcome.DONE: ("check_circle", mark("The last search ended {when}; {who} began it.")),
    MatchingOutcome.STOPPED: ("cancel", mark("The last search was stopped {when}; {who} began it.")),
    MatchingOutcome.FAILED: ("error", mark("The last search failed {when}; {who} began it.")),
    MatchingOutcome.INTERRUPTED: ("error", mark("The last search ended with its server; {who} began it {when}.")),
}


class MatchingPanel:
    """Follows the search, also one that another operator began; ``ended`` is called when it has ended."""

    def __init__(self, view: View) -> None:
        self.is_running = False
        self.ended: Callable[[], Awaitable[None]] | None = None
        self._view = view
        self._box = ui.element("div")
        self._told = ""
        ui.timer(REFRESH_S, self.follow, immediate=False)

    async def follow(self) -> None:
        """Draw the search as it is by now."""
        view = self._view
        found = await view.run(identity.matchings, view.platform.stores, 1)
        job = view.shown(found[0]) if found else None
        is_running = job is not None and not job.is_done
        told = repr(job)
        if told != self._told:
            self._told = told
            self._box.clear()
            with self._box:
                if job is not None:
                    self._running(job) if is_running else self._last(job)
        was_running, self.is_running = self.is_running, is_running
        if was_running and not is_running and self.ended:
            await self.ended()

    async def begin(self) -> None:
        """Look for duplicates now."""
        view = self._view
        view.require(Permission.CUSTOMERS_WRITE)
        platform = view.platform
        try:
            await view.run(
                profiles.start_matching, platform.stores, automatic=identity.AUTOMATIC, by=view.user.email,
                now=platform.now, ids=platform.ids, then=platform.wake.set,
            )  # fmt: skip
        except OmniloomError as error:
            view.fault(error)
            return
        self.is_running = True  # a search so short that it is over when it is looked at has ended too
        await self.follow()

    async def _stop(self, job_id: str) -> None:
        self._view.require(Permission.CUSTOMERS_WRITE)
        try:
            await self._view.run(identity.stop_matching, self._view.platform.stores, job_id)
        except OmniloomError as error:
            self._view.fault(error)
        await self.follow()

    def _running(self, job: Matching) -> None:
        view, _ = self._view, self._view.translate
        with parts.panel() as card:
            card.props("data-testid=matching-running")
            with parts.line("om-between om-nowrap"):
                with ui.element("div"):
                    stage = _("Stopping …") if job.is_stopping else _(STAGES.get(job.stage, job.stage))
                    parts.text(stage, "om-strong").props("aria-live=polite")
                    began = _("{who} began the search {when}.")
                    who, when = job.started_by, view.fmt.ago(job.started_at, view.now())
                    parts.text(began.format(who=who, when=when), "om-muted")
                with parts.line("om-nowrap"):
                    parts.text(view.fmt.percent(job.share), "om-muted")
                    if view.may(Permission.CUSTOMERS_WRITE):
                        stop = parts.quiet(_("Stop"), "stop", on_click=lambda: self._stop(job.job_id))
                        stop.props("data-testid=matching-stop").set_enabled(not job.is_stopping)
            bar = ui.linear_progress(job.share, show_value=False).props("rounded instant-feedback")
            bar.props["aria-label"] = _("Look for duplicates")
            if job.result and (job.result.merged or job.result.waiting):
                parts.text(self._came_to(job), "om-muted")

    def _last(self, job: Matching) -> None:
        view, _ = self._view, self._view.translate
        icon, words = ENDS[job.outcome]
        when = view.fmt.ago(job.ended_at or job.started_at, view.now())
        with parts.line("om-nowrap") as line:
            line.props("data-testid=matching-last")
            ui.icon(icon).classes("om-muted")
            told = [_(words).format(when=when, who=job.started_by)]
            if job.error:
                told.append(view.explain(OmniloomError(job.error))[0])
            if job.result:
                told.append(self._came_to(job))
            parts.text(" ".join(told), "om-muted")

    def _came_to(self, job: Matching) -> str:
        _, fmt, found = self._view.translate, self._view.fmt, job.result
        if found is None:
            return ""
        told = _("Customers: {people}. Merged: {merged}. Wait for a decision: {waiting}.")
        return told.format(
            people=fmt.number(found.people), merged=fmt.number(found.merged), waiting=fmt.number(found.waiting)
        )
