"""The one desk at which every tracker's request is taken in, whatever it speaks: whose it is, whether it may send so
much, what the tracking plan says, and all of it on disk before the answer, what is refused as well.

Under pressure ordinary events are shed first. What says that somebody unsubscribes, gives or withdraws consent is
taken as long as anything is (spec/reliability.md §2.8).
"""

from collections.abc import Sequence
from threading import Event as Wake
from typing import Any, Protocol

from omniloom.app import Settings
from omniloom.collect import (
    Arrival,
    Drop,
    Flood,
    Intake,
    PlanCache,
    Quota,
    Quotas,
    RecentVerdicts,
    Source,
    SourceKeys,
    encode_refusal,
    enforce_bodies,
    is_urgent,
    refusals_of,
)
from omniloom.core.clock import Clock
from omniloom.core.errors import Denied, OmniloomError
from omniloom.core.ids import Ids
from omniloom.store import Stores


class Rooms(Protocol):
    """What taking requests in needs of the platform."""

    stores: Stores
    settings: Settings
    clock: Clock
    ids: Ids
    intake: Intake
    recent: RecentVerdicts
    plans: PlanCache
    wake: Wake


class KeyRefused(Denied):
    """The write key is unknown."""

    code = "unknown_write_key"
    status = 401


class TooMany(OmniloomError):
    """The source sends more than it may."""

    code = "too_many_events"
    status = 429


class Overloaded(OmniloomError):
    """More is coming in than the disk takes."""

    code = "unavailable"
    status = 503


class Desk:
    """One for all doors of a process, so that their sources share a quota."""

    def __init__(self, rooms: Rooms) -> None:
        self.clock = rooms.clock
        self.ids = rooms.ids
        self.flood = Flood(rooms.settings.collect.refusals_per_minute)
        self._intake = rooms.intake
        self._recent = rooms.recent
        self._plans = rooms.plans
        self._wake = rooms.wake
        self._keys = SourceKeys(rooms.stores, rooms.clock)
        self._quotas = Quotas(rooms.settings.collect.events_per_s)

    def source_of(self, key: Any) -> Source:
        """The source of a write key. Errors: KeyRefused."""
        if not key or not isinstance(key, str):
            raise KeyRefused("the write key is missing", hint="send it as the HTTP Basic user name, or as writeKey")
        try:
            return self._keys.source_of(key)
        except Denied as error:
            raise KeyRefused(error.message, hint=error.hint) from error

    def admit(self, source: Source, count: int) -> tuple[Quota, OmniloomError | None]:
        """What the source may still send, and what stands against ``count`` ordinary events now, if anything does."""
        quota, is_granted = self._quotas.take(source.source_id, count)
        if self._intake.is_full():
            return quota, Overloaded("intake is overloaded", hint="send again in a moment, with larger batches")
        if not is_granted:
            message = f"the source sends over {quota.limit} events a second"
            hint = "send again after Retry-After, with the same message ids"
            return quota, TooMany(message, hint=hint, retry_after_s=quota.wait_s(count))
        return quota, None

    async def keep(
        self, verdicts: list[bytes | Drop], raws: Sequence[Any], arrival: Arrival, *, is_urgent: bool = False
    ) -> list[bytes | Drop]:
        """Put what is taken into the log and what is refused beside it; the verdicts after the plan had its word.

        Errors: Unavailable; then nothing is acknowledged.
        """
        source_id = arrival.source_id
        kept = enforce_bodies(self._plans, source_id, verdicts)
        self._recent.add(source_id, kept, at=arrival.received_at)
        bodies = [one for one in kept if isinstance(one, bytes)]
        refusals: Sequence[bytes] = ()
        if len(bodies) < len(kept):
            refusals = self.flood.keep(source_id, refusals_of(kept, raws, arrival), encode_refusal)
        if bodies or refusals:
            await self._intake.store(bodies, refusals, is_urgent=is_urgent)
            if not self._wake.is_set():
                self._wake.set()
        return kept

    async def keep_urgent_first(
        self, verdicts: list[bytes | Drop], raws: Sequence[Any], arrival: Arrival, against: OmniloomError | None
    ) -> list[bytes | Drop]:
        """As ``keep``; if something stands against ordinary items, only the urgent ones are kept.

        Errors: what stands against the others, if there are others: the client sends all again, and what is kept
        counts once.
        """
        if against is None:
            return await self.keep(verdicts, raws, arrival)
        chosen = [i for i, one in enumerate(verdicts) if isinstance(one, bytes) and is_urgent(one)]
        if not chosen:
            raise against
        kept = await self.keep([verdicts[i] for i in chosen], [raws[i] for i in chosen], arrival, is_urgent=True)
        if len(chosen) < len(verdicts):
            raise against
        return kept
