"""Whose turn it is to work: of all workers of an installation one runs the loop, the others stand by.

One lease for the whole loop, not one for each act: acts follow each other, and the state has one writer at a time
anyhow, so that two workers would not do more. See docs/decisions/0012.
"""

import os
import socket
from dataclasses import replace
from datetime import timedelta
from types import TracebackType

import structlog

from omniloom import messaging
from omniloom.app import Platform
from omniloom.core.errors import OmniloomError
from omniloom.store import LEASE_LASTING, LeaseBeat, fenced, lease_holder, release_lease, take_lease

NAME = "worker"
log = structlog.get_logger("omniloom.worker")


class Turn:
    """The turn of this process. Files belong to one process, whose turn it always is."""

    def __init__(self, platform: Platform, *, lasting: timedelta = LEASE_LASTING) -> None:
        self._platform = platform
        self._lasting = lasting
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{platform.ids.token()[:6]}"
        self._beat = LeaseBeat(platform.stores.state, lasting=lasting)
        self._mine: Platform | None = None

    def __enter__(self) -> "Turn":
        if not self._platform.stores.is_exclusive:
            self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beat.stop()
        if lease := self._beat.lease:
            try:
                release_lease(self._platform.stores.state, lease)
            except OmniloomError as fault:
                log.warning("lease not given back", error=str(fault))

    def mine(self) -> Platform | None:
        """The platform to work on, whose stores refuse what comes after the lease; None while another works.

        Errors: Unavailable if the state store is away.
        """
        if self._platform.stores.is_exclusive:
            return self._platform
        if self._beat.lease is None:
            state = self._platform.stores.state
            if lease_holder(state, NAME):
                return None
            if not (lease := take_lease(state, NAME, holder=self._holder, lasting=self._lasting)):
                return None
            log.info("working", holder=self._holder, fence=lease.fence)
            mine = replace(self._platform, stores=fenced(self._platform.stores, lease))
            messaging.reconcile(mine.stores, now=mine.now(), is_restart=True)  # whoever held it works no more
            self._beat.lease, self._mine = lease, mine
        return self._mine
