"""Addresses of erased people who ask for a proof: kept as long as the proof is good, then forgotten.

Who proves it comes back as somebody new (decision 19). If nobody does, a digest stays for a week, for the limits: else
a stranger could have mail sent to somebody erased as often as they like. A complaint about it, or that the address is
none, stays with the digest for good, and holds for whoever asks there again.
"""

from datetime import datetime

from omniloom.identity import tombstone
from omniloom.messaging.end import end_sends
from omniloom.messaging.recognition.ask import PROVED
from omniloom.store import Row, StateTx, Stores, query

ROWS_MAX = 500
_FORGET = ("forget_attempt", "forget_detail")


def forget_unproved(stores: Stores, *, now: datetime) -> int:
    """Forget addresses that nobody proved in time; how many. Of those that were proved, where the proof went."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "unproved_buried"), now=now, rows_max=ROWS_MAX)
    if not rows:
        return 0
    with stores.state.write() as tx:
        salt = tombstone.salt_of(tx)
        for row in rows:
            _forget(tx, row, salt, now)
    return sum(row["state"] != PROVED for row in rows)


def _forget(tx: StateTx, row: Row, salt: str, now: datetime) -> None:
    """Forget one; an address that is known again, proved or let in by an operator, is its person's."""
    is_proved = row["state"] == PROVED or not tombstone.is_buried(tx, (row["kind"], row["value"]))
    left = row["value"] if is_proved else tombstone.digest_of(salt, (row["kind"], row["value"]))
    tx.run(query(__file__, "forget_buried"), request_id=row["request_id"], value=left)
    if row["send_id"]:
        end_sends(tx, [row["person_id"]], now=now)
        tx.run(query(__file__, "forget_context"), send_id=row["send_id"])
        if not is_proved:
            for name in _FORGET:
                tx.run(query(__file__, name), send_id=row["send_id"])
    if row["person_id"]:  # who proved it is somebody of their own by now, or as soon as the log is read
        tombstone.dismiss(tx, row["person_id"], now)
    if not is_proved:
        tx.run(query(__file__, "bury_suppressed"), address=row["value"], digest=left)
        tx.run(query(__file__, "forget_suppressed"), address=row["value"])
