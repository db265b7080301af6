"""A notice: a service message that one address asked for, such as a code or a question, outside campaigns.

It goes through the usual machinery (decided, tried again, told to the log), to that very address and to no other of
the same person. Its text is a template, made of our own on first use, so that a marketer may reword it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from omniloom.core.ids import Ids, digest
from omniloom.messaging.decision import TRANSACTIONAL
from omniloom.messaging.mailing import open_mailing
from omniloom.messaging.template import Template, save_template, template_of
from omniloom.store import StateTx, Stores, query

ROUNDS_MAX = 200  # notices of one text one person may have had before, in one period


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one address. ``prefix`` begins its campaign's id; ``values`` is ``notice`` in the template."""

    prefix: str
    template: Template
    address: str
    person_id: int
    values: Mapping[str, str] = field(default_factory=dict)


def notice_template(
    stores: Stores, channel: str, texts: Mapping[str, str], *, now: datetime, ids: Ids
) -> Template:  # fmt: skip
    """The template of a notice by its name; made of ``texts`` (name, subject, body) if there is none yet."""
    with stores.state.read() as tx:
        known = tx.one(query(__file__, "template_by_name"), name=texts["name"])
        if known is not None:
            return template_of(tx, known["template_id"])
    return save_template(
        stores, name=texts["name"], channel=channel, subject=texts["subject"], body=texts["body"].strip(), now=now,
        ids=ids,
    )  # fmt: skip


def plan_notice(tx: StateTx, notice: Notice, *, now: datetime, ids: Ids, rounds_before: int = 0) -> str:
    """Plan the message in a mailing of its text that its person, whoever that is one with, is not in yet; its send id,
    empty if there is none.

    ``rounds_before``: how many they had before, so that these need not be tried.
    """
    text = notice.template
    texts = digest(text.template_id, text.subject, text.body)[:12]
    send_id = ids.token()
    context = msgspec.json.encode({"to": notice.address, "notice": dict(notice.values)}).decode()
    for round_ in range(rounds_before, rounds_before + ROUNDS_MAX):
        campaign_id = f"{notice.prefix}:{texts}:{round_}"
        if tx.one(query(__file__, "send_of_person"), campaign_id=campaign_id, person_id=notice.person_id) is not None:
            continue
        open_mailing(
            tx, campaign_id=campaign_id, name=text.name, kind=TRANSACTIONAL, channels=[text.channel],
            templates={text.channel: text.template_id}, now=now,
        )  # fmt: skip
        if tx.run(query(__file__, "notice_plan"), send_id=send_id, campaign_id=campaign_id, context=context,
                  person_id=notice.person_id, now=now):  # fmt: skip
            return send_id
    return ""
