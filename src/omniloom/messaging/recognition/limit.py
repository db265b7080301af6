"""How often proofs may be asked for: by address, by address and sender together, and by sender.

The narrowest limit is the sender's on one address, so that whoever asks again and again in a stranger's name is held
up long before the stranger is. It counts requests, whether or not the address is known, so it tells nobody anything.
Source: spec/reliability.md SEC-L5.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from omniloom.core.clock import micros
from omniloom.identity import tombstone
from omniloom.store import StateTx, query

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SENDER_ON_ADDRESS = ((3, 10 * MINUTE), (6, DAY))
ADDRESS = ((10, HOUR), (20, DAY))
SENDER = ((60, HOUR),)  # a shop's Wi-Fi is one sender


def wait_s(tx: StateTx, *, kind: str, value: str, ip: str, now: datetime) -> int:
    """How long until another proof may be asked for, seconds; 0: now. ``ip`` empty: the sender is trusted."""
    waits = [0]
    if value:
        rows = tx.tuples(
            query(__file__, "asked_of_value"), kind=kind, value=value, since=now - DAY,
            digest=tombstone.digest_of(tombstone.salt_of(tx), (kind, value)),
        )  # fmt: skip
        waits.append(_wait([at for at, _ in rows], ADDRESS, now))
        if ip:
            waits.append(_wait([at for at, by in rows if by == ip], SENDER_ON_ADDRESS, now))
    if ip:
        by_sender = tx.tuples(query(__file__, "asked_by_sender"), ip=ip, since=now - HOUR)
        waits.append(_wait([at for (at,) in by_sender], SENDER, now))
    return max(waits)


def _wait(asked_at: Sequence[int], limits: Sequence[tuple[int, timedelta]], now: datetime) -> int:
    """Seconds until fewer than ``count`` of ``asked_at`` (micros, newest first) lie within each span."""
    left = 0
    for count, span in limits:
        if len(asked_at) >= count and (free_at := asked_at[count - 1] + span // timedelta(microseconds=1)) > micros(
            now
        ):
            left = max(left, -(-(free_at - micros(now)) // 1_000_000))
    return left
