"""Decisions are kept for 90 days, so that a marketer can ask why; then they go, once a day."""

from datetime import datetime, timedelta

from omniloom.store import Progress, Stores, query

KEPT = timedelta(days=90)
_CURSOR = "messaging.forget"


def forget_decisions(stores: Stores, *, now: datetime) -> Progress:
    """Delete decisions older than 90 days; at most once a day, so that the loop may call it freely."""
    today = now.toordinal()
    with stores.state.read() as tx:
        if tx.cursor(_CURSOR) >= today:
            return Progress(0, is_done=True)
    with stores.state.write() as tx:
        tx.run(query(__file__, "decisions_forget"), before=now - KEPT)
        tx.move_cursor(_CURSOR, today)
    return Progress(0, is_done=True)
