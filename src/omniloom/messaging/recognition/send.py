"""The act that sends links and codes: requests whose address has a person by now get their message planned.

The message is a notice: it goes to the address that asked, whatever other addresses its person has.
"""

from datetime import datetime, timedelta

from omniloom.core.i18n import LANGUAGES
from omniloom.core.ids import Ids
from omniloom.identity import tombstone
from omniloom.messaging.notice import Notice, notice_template, plan_notice
from omniloom.messaging.recognition.ask import FAILED, OPEN
from omniloom.messaging.recognition.benefit import all_way_settings
from omniloom.messaging.recognition.way import known_ways
from omniloom.store import Progress, Row, StateTx, Stores, query

ROWS_MAX = 500
KEPT = timedelta(days=7)  # how long what was never proved is kept, for the limits and for whoever looks into abuse


def send_proofs(stores: Stores, *, now: datetime, ids: Ids) -> Progress:
    """Plan the messages of new requests; forget what ran out long ago."""
    with stores.state.read() as tx:
        rows = tx.rows(query(__file__, "unsent"), now=now, rows_max=ROWS_MAX)
        rows += tx.rows(query(__file__, "unsent_buried"), now=now, rows_max=ROWS_MAX)
        is_old = tx.one(query(__file__, "oldest"), before=now - KEPT) is not None
    if is_old:
        with stores.state.write() as tx:
            tx.run(query(__file__, "forget"), before=now - KEPT)
    benefits = {way: settings.benefit for way, settings in all_way_settings(stores).items()} if rows else {}
    for row in rows:
        language = _language(row)
        texts = known_ways()[row["way"]].texts[row["channel"]][language]
        template = notice_template(stores, row["channel"], texts, now=now, ids=ids)
        benefit = benefits[row["way"]]
        values = {"benefit": benefit.text(language) if benefit else "", "place": row["place"]}
        with stores.state.write() as tx:
            if "person_id" not in row:  # nobody yet: the address is an erased person's, who asks for a proof
                row |= {"person_id": tombstone.stand_in(tx, now), "asked_before": 0}
            notice = Notice(f"recognition:{now:%Y-%m}", template, row["value"], row["person_id"], values)
            _plan(tx, row, notice, now=now, ids=ids)
    return Progress(len(rows), is_done=len(rows) < ROWS_MAX)


def _plan(tx: StateTx, row: Row, notice: Notice, *, now: datetime, ids: Ids) -> None:
    send_id = plan_notice(tx, notice, now=now, ids=ids, rounds_before=row["asked_before"])
    tx.run(query(__file__, "sent"), request_id=row["request_id"], send_id=send_id, person_id=row["person_id"],
           state=OPEN if send_id else FAILED)  # fmt: skip


def _language(row: Row) -> str:
    own = (row["language"] or row.get("card_language") or "").partition("-")[0]
    return own if own in LANGUAGES else LANGUAGES[0]
