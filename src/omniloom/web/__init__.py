"""The marketer's interface: one file per page, found by listing this folder; ``mount`` puts it onto the server.

It owns no tables. Invariants: every page declares the permission it needs (``page``); values from outside are shown as
text, never as markup; every text a person reads goes through the catalogue in ``locale/``.
"""

from omniloom.web.page import PAGES, Page, page
from omniloom.web.view import View

__all__ = ["PAGES", "Page", "View", "mount", "page"]


def __getattr__(name: str) -> object:
    """``mount`` is loaded when asked for: it imports every page, and each page imports this package."""
    if name == "mount":
        from omniloom.web.shell import mount

        return mount
    raise AttributeError(name)
