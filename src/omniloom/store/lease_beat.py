"""Keeping a lease while its holder works: renewed every third of its length, whatever the holder is busy with."""

import threading
from datetime import timedelta

import structlog

from omniloom.core.errors import OmniloomError
from omniloom.store.lease import LEASE_LASTING, Lease, renew_lease
from omniloom.store.ports import State

log = structlog.get_logger("omniloom.store")


class LeaseBeat:
    """Renews ``lease``, if there is one, in a thread of its own, and forgets one that has run out.

    A store that is away for a moment is asked again a beat later: the lease may last till then.
    """

    def __init__(self, state: State, lease: Lease | None = None, *, lasting: timedelta = LEASE_LASTING) -> None:
        self.lease = lease
        self._state, self._lasting = state, lasting
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more: the lease runs out, unless it is given back."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._lasting.total_seconds() / 3):
            if (lease := self.lease) is None:
                continue
            try:
                if renew_lease(self._state, lease, lasting=self._lasting):
                    continue
                log.warning("lease lost", lease=lease.name, holder=lease.holder, fence=lease.fence)
                self.lease = None
            except OmniloomError as fault:
                log.warning("lease not renewed", lease=lease.name, error=str(fault))
