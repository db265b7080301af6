"""The act that asks: double opt-ins whose person is known by now get their question planned as a service message."""

import tomllib
from datetime import datetime
from pathlib import Path

from omniloom.core.i18n import LANGUAGES
from omniloom.core.ids import Ids, digest
from omniloom.messaging.channel import known_channels
from omniloom.messaging.decision import TRANSACTIONAL
from omniloom.messaging.mailing import open_mailing
from omniloom.messaging.opt_in import OptInState
from omniloom.messaging.template import Template, save_template, template_of
from omniloom.store import Progress, Row, StateTx, Stores, query

ROWS_MAX = 500
ROUNDS_MAX = 100  # questions one person may have had before


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
    """One planned message in a mailing of the question's text that this person is not in yet."""
    texts = digest(question.template_id, question.subject, question.body)[:12]
    send_id = ids.token()
    for round_ in range(row["asked_before"], row["asked_before"] + ROUNDS_MAX):
        campaign_id = f"opt-in:{texts}:{round_}"
        open_mailing(
            tx, campaign_id=campaign_id, name=question.name, kind=TRANSACTIONAL, channels=[row["channel"]],
            templates={row["channel"]: question.template_id}, now=now,
        )  # fmt: skip
        if tx.run(query(__file__, "send_plan"), send_id=send_id, campaign_id=campaign_id, person_id=row["person_id"],
                  now=now):  # fmt: skip
            tx.run(query(__file__, "opt_in_asked"), request_id=row["request_id"], send_id=send_id,
                   person_id=row["person_id"], state=OptInState.ASKED)  # fmt: skip
            return


def _question(stores: Stores, channel: str, language: str, *, now: datetime, ids: Ids) -> Template:
    """The template of the question, made of our own text on first use."""
    texts = tomllib.loads((Path(__file__).parent / "opt_in_texts.toml").read_text())[channel][language]
    with stores.state.read() as tx:
        known = tx.one(query(__file__, "template_by_name"), name=texts["name"])
        if known is not None:
            return template_of(tx, known["template_id"])
    return save_template(
        stores, name=texts["name"], channel=channel, subject=texts["subject"], body=texts["body"].strip(), now=now,
        ids=ids,
    )  # fmt: skip


def _language(row: Row) -> str:
    own = (row["language"] or row["card_language"] or "").partition("-")[0]
    return own if own in LANGUAGES else LANGUAGES[0]
