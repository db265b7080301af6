"""The act that asks: double opt-ins whose person is known by now get their question planned as a service message."""

import tomllib
from datetime import datetime
from pathlib import Path

from omniloom.core.i18n import LANGUAGES
from omniloom.core.ids import Ids
from omniloom.messaging.channel import known_channels
from omniloom.messaging.notice import Notice, notice_template, plan_notice
from omniloom.messaging.opt_in import OptInState
from omniloom.messaging.template import Template
from omniloom.store import Progress, Row, StateTx, Stores, query

ROWS_MAX = 500


def ask_opt_ins(stores: Stores, *, now: datetime, ids: Ids) -> Progress:
    """Plan the questions of requests whose address has a person by now; the log makes one of an address nobody knew."""
    asked = 0
    for channel, definition in known_channels().items():
        with stores.state.read() as tx:
            rows = tx.rows(
                query(__file__, "opt_ins_new"), channel=channel, kind=definition.address_kind, now=now,
                rows_max=ROWS_MAX,
            )  # fmt: skip
        for row in rows:
            question = _question(stores, channel, _language(row), now=now, ids=ids)
            with stores.state.write() as tx:
                _ask(tx, row, question, now=now, ids=ids)
            asked += 1
    return Progress(asked, is_done=asked < ROWS_MAX)


def _ask(tx: StateTx, row: Row, question: Template, *, now: datetime, ids: Ids) -> None:
    """One planned message to the very address that is asked about."""
    notice = Notice("opt-in", question, row["address"], row["person_id"])
    send_id = plan_notice(tx, notice, now=now, ids=ids, rounds_before=row["asked_before"])
    if send_id:
        tx.run(query(__file__, "opt_in_asked"), request_id=row["request_id"], send_id=send_id,
               person_id=row["person_id"], state=OptInState.ASKED)  # fmt: skip


def _question(stores: Stores, channel: str, language: str, *, now: datetime, ids: Ids) -> Template:
    texts = tomllib.loads((Path(__file__).parent / "opt_in_texts.toml").read_text())[channel][language]
    return notice_template(stores, channel, texts, now=now, ids=ids)


def _language(row: Row) -> str:
    own = (row["language"] or row["card_language"] or "").partition("-")[0]
    return own if own in LANGUAGES else LANGUAGES[0]
