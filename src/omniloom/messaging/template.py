"""Templates as marketers write them: Liquid in a subject and a body, for one channel."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omniloom.core.clock import instant
from omniloom.core.errors import Conflict, Invalid, Missing
from omniloom.core.ids import Ids
from omniloom.core.text import clean
from omniloom.messaging import sandbox
from omniloom.messaging.channel import known_channels
from omniloom.messaging.sandbox import Part
from omniloom.profiles import topics_of
from omniloom.store import StateTx, Stores, query

_NOTICES_OWN = frozenset({"code", "recognise_url", "confirm_url", "notice"})


@dataclass(frozen=True, slots=True)
class Template:
    """One template. ``subject`` is empty for channels without one, ``topic`` where it is about none."""

    template_id: str
    name: str
    channel: str
    subject: str
    body: str
    topic: str
    created_at: datetime
    updated_at: datetime

    @property
    def notices_own(self) -> list[str]:
        """What it asks for that only a notice has, such as ``code``: with any of it no campaign can send it."""
        return sorted(_NOTICES_OWN & (sandbox.names(self.subject) | sandbox.names(self.body)))

    @property
    def is_notice(self) -> bool:
        """Whether only a notice can be made of it."""
        return bool(self.notices_own)


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template that comes with what uses it, a campaign in a file."""

    name: str
    body: str
    subject: str = ""


def save_template(  # noqa: PLR0913 - one template
    where: Stores | StateTx, *, name: str, channel: str, subject: str, body: str, now: datetime, ids: Ids,
    template_id: str | None = None, topic: str | None = None,
) -> Template:  # fmt: skip
    """Add a template, or change the one with ``template_id``. Running mailings keep the text they started with.

    Shapes: ``where`` a store or an open writing transaction; ``topic`` what it is about, as people may turn it off:
        None keeps what it was, empty is none.

    Errors: Invalid names the field and what Liquid says of it; Conflict if the name is taken; Missing if it is gone.
    """
    name, subject, body = (clean(text, field=field) for text, field in
                           ((name.strip(), "name"), (subject, "subject"), (body, "body")))  # fmt: skip
    check_template(channel=channel, subject=subject, body=body)
    if not name:
        raise Invalid("the template needs a name", field="name")
    with writing(where) as tx:
        taken = tx.one(query(__file__, "template_by_name"), name=name)
        if taken is not None and taken["template_id"] != template_id:
            raise Conflict(f"a template is called {name} already", hint="choose another name", field="name")
        kept = template_of(tx, template_id).topic if template_id is not None else ""
        topic = kept if topic is None else _known_topic(tx, topic)
        template_id = template_id or ids.token()
        tx.run(query(__file__, "template_save"), template_id=template_id, name=name, channel=channel,
               subject=subject, body=body, topic=topic, now=now)  # fmt: skip
        return template_of(tx, template_id)


def take_template(tx: StateTx, channel: str, new: NewTemplate, *, now: datetime, ids: Ids) -> Template:
    """Add a template, or take the one that says the very same already. Errors: as save_template."""
    row = tx.one(query(__file__, "template_by_name"), name=clean(new.name, field="name").strip())
    if row is not None:
        known = template_of(tx, row["template_id"])
        subject, body = clean(new.subject, field="subject"), clean(new.body, field="body")
        if (known.channel, known.subject, known.body) == (channel, subject, body):
            return known
        raise Conflict(
            f"a template is called {known.name} already and says something else",
            hint="give its name alone to take it as it is, or choose another name", field="name",
        )  # fmt: skip
    return save_template(
        tx, name=new.name, channel=channel, subject=new.subject, body=new.body, now=now, ids=ids
    )  # fmt: skip


def _known_topic(tx: StateTx, topic: str) -> str:
    if topic and topic not in {known.topic for known in topics_of(tx)}:
        raise Invalid(f"there is no topic {topic}", hint="add it first", field="topic")
    return topic


def check_template(*, channel: str, subject: str, body: str) -> None:
    """Errors: Invalid names the field that is not valid Liquid of the allowed subset."""
    if channel not in known_channels():
        raise Invalid(f"there is no channel {channel}", hint=f"one of {', '.join(known_channels())}", field="channel")
    is_html = known_channels()[channel].is_html
    for field, text, escaped in (("subject", subject, False), ("body", body, is_html)):
        if fault := sandbox.check(text, is_html=escaped):
            raise Invalid(f"{field}: {fault}", hint="see docs/guide/messaging.md for what Liquid may do", field=field)
    if not body.strip():
        raise Invalid("the template's body is empty", field="body")


def templates(stores: Stores) -> list[Template]:
    """All templates by name."""
    with stores.state.read() as tx:
        return [_template(row) for row in tx.rows(query(__file__, "templates"))]


def template(stores: Stores, template_id: str) -> Template:
    """One template. Errors: Missing."""
    with stores.state.read() as tx:
        return template_of(tx, template_id)


def template_of(tx: StateTx, template_id: str) -> Template:
    """One template inside a transaction. Errors: Missing."""
    row = tx.one(query(__file__, "template"), template_id=template_id)
    if row is None:
        raise Missing(f"there is no template {template_id}", field="template_id")
    return _template(row)


def parts_of(channel: str, subject: str, body: str) -> list[Part]:
    """What the renderer gets: the subject plain, the body escaped where the channel carries HTML."""
    return [Part(subject), Part(body, is_html=known_channels()[channel].is_html)]


@contextmanager
def writing(where: Stores | StateTx) -> Iterator[StateTx]:
    """The caller's transaction, or one of our own."""
    if isinstance(where, Stores):
        with where.state.write() as tx:
            yield tx
    else:
        yield where


def _template(row: dict[str, Any]) -> Template:
    instants = {"created_at": instant(row["created_at"]), "updated_at": instant(row["updated_at"])}
    return Template(**{**row, **instants})
