"""Keeps all threads but one from writing a store, while it is moved elsewhere."""

import threading

from omniloom.core.errors import Unavailable


class Held(Unavailable):
    """The installation is being moved; what is changed now would be left behind."""

    code = "moving"


class Hold:
    """Who alone may write a store, if anybody does."""

    def __init__(self) -> None:
        self._thread: int | None = None

    def take(self) -> None:
        """From now on only this thread may write."""
        self._thread = threading.get_ident()

    def let_go(self) -> None:
        """From now on all may write."""
        self._thread = None

    def check(self) -> None:
        """Errors: Held if another thread has the store to itself."""
        if self._thread not in (None, threading.get_ident()):
            raise Held(
                "the installation is being moved to other stores: it can be read, and takes events, but not changed",
                hint="try again when the move is over",
                retry_after_s=30,
            )
