"""What a page function gets: the platform, the person looking, their language, and ways to act and report."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from nicegui import ui
from starlette.requests import Request

from omniloom import privacy
from omniloom.access import Permission, User, may, user_of
from omniloom.core.errors import Denied, OmniloomError
from omniloom.core.i18n import Catalogue, Translate
from omniloom.privacy import HiddenField, Sight
from omniloom.web.format import Format
from omniloom.web.page import Page
from omniloom.web.session_cookie import session_of

if TYPE_CHECKING:
    from omniloom.app import Platform

P = ParamSpec("P")
R = TypeVar("R")

CATALOGUE = Catalogue(Path(__file__).parent / "locale")


@dataclass(frozen=True, slots=True)
class View:
    """One page as one person looks at it."""

    platform: "Platform"
    page: Page
    request: Request
    visitor: User | None
    language: str
    fmt: Format

    @property
    def user(self) -> User:
        """Who looks. Errors: Denied on a public page without sign-in."""
        if self.visitor is None:
            raise Denied("nobody is signed in", hint="sign in")
        return self.visitor

    def _(self, text: str) -> str:
        """The text in the visitor's language."""
        return self.translate(text)

    @property
    def translate(self) -> Translate:
        """The function behind ``view._``; bind it as ``_`` at the top of a page."""
        return CATALOGUE.translator(self.language)

    def now(self) -> datetime:
        """The platform's present instant."""
        return self.platform.clock.now()

    def may(self, permission: Permission) -> bool:
        """Whether the visitor has a permission; ask it to decide what to show."""
        return self.visitor is not None and may(self.visitor, permission)

    def sight(self) -> Sight:
        """What the visitor may see of people. It reads the store: call it beside the event loop."""
        return privacy.sight(
            self.platform.stores, sees_whom=self.may(Permission.CUSTOMERS_PERSONAL),
            sees_sensitive=self.may(Permission.CUSTOMERS_SENSITIVE),
        )  # fmt: skip

    def hides(self, path: str) -> bool:
        """Whether the visitor may not see a field (``traits.name``). It reads the store, as ``sight`` does."""
        return self.sight().hides(path)

    def shown(self, value: R) -> R:
        """The value as this visitor may see it; ``run`` does so by itself with what it reads."""
        return self.sight().of(value)

    def require(self, permission: Permission) -> None:
        """Ask this first in every act that changes something: the session may have ended since the page was built.

        Errors: Denied with what is missing.
        """
        token = session_of(self.request)
        now_here = user_of(self.platform.stores, token, self.now()) if token else None
        if now_here is None or not may(now_here, permission):
            raise Denied(self._("Your role does not allow this."), hint=permission.value)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Work that touches stores or the network, beside the event loop, so that no other page waits for it.

        What it finds comes back as the visitor may see it, so no page can forget to mask people.
        """
        return await asyncio.to_thread(lambda: self.shown(work(*args, **kwargs)))

    def done(self, text: str) -> None:
        """Say that something worked."""
        ui.notify(text, type="positive", icon="check_circle")

    def warn(self, text: str) -> None:
        """Say that something needs attention."""
        ui.notify(text, type="warning", icon="warning", textColor="white")

    def fault(self, error: Exception) -> None:
        """Show an error as its reader needs it: what is wrong, and what to do; surprises stay in the log."""
        message, hint = self.explain(error)
        ui.notify(
            message, caption=hint, type="negative", icon="error", timeout=8000, close_button=self._("Close"),
            multi_line=True,
        )  # fmt: skip

    def explain(self, error: Exception) -> tuple[str, str]:
        """(what is wrong, what to do) in the visitor's language where we have the words."""
        if isinstance(error, HiddenField):
            told = self._("Your role does not see “{field}”, so it cannot ask by its value")
            hint = self._("Ask by a field that is shown, or ask somebody whose role sees customers")
            return told.format(field=error.facts["field"]), hint
        if isinstance(error, OmniloomError):
            return self._sentence(error.message), self._sentence(error.hint)
        return self._("Something went wrong on the server."), self._("It is in the server's log. Please try again.")

    def _sentence(self, text: str) -> str:
        known = self._(text)
        begins_with_a_name = "_" in known.split(" ", 1)[0]
        return known if begins_with_a_name else known[:1].upper() + known[1:]
