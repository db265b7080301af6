"""The registry of pages. A page declares its permission here or it does not exist; a test compares with the routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from omniloom.access import Permission, Public
from omniloom.core.errors import Misconfigured

Build = TypeVar("Build", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, who may see it, and how it appears in the menu.

    ``nav`` orders the menu and leaves the page out of it when None; each hundred is a group of its own.
    ``is_framed`` pages stand inside the menu and the top bar.
    """

    path: str
    permission: Permission | Public
    title: str
    build: Callable[..., Any]
    nav: int | None = None
    icon: str = ""
    is_framed: bool = True


PAGES: dict[str, Page] = {}
"""Every page by its path, filled while the modules of this package load and never changed afterwards."""


def page(
    path: str,
    *,
    permission: Permission | Public,
    title: str,
    nav: int | None = None,
    icon: str = "",
    is_framed: bool = True,
) -> Callable[[Build], Build]:
    """Make a function a page: ``build(view, **path_and_query_parameters)``, plain or async.

    Shapes: ``title`` is the English text, translated when shown; ``icon`` is a Material icon's name.
    Errors: Misconfigured if the path is taken.
    """

    def register(build: Build) -> Build:
        if path in PAGES:
            raise Misconfigured(f"two pages claim {path}", hint="choose another path")
        PAGES[path] = Page(path, permission, title, build, nav, icon, is_framed)
        return build

    return register
