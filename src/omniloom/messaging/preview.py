"""What one person would get, and whether: the same rendering and the same decision as in delivery, nothing written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nh3

from omniloom.core.errors import Missing
from omniloom.messaging.channel import known_channels
from omniloom.messaging.compose import Recipient, context_of
from omniloom.messaging.decide import decide
from omniloom.messaging.decision import MARKETING, Decision
from omniloom.messaging.gsm import SmsLength, sms_length
from omniloom.messaging.mailing import mailing_of
from omniloom.messaging.render import Renderer, RenderFailed
from omniloom.messaging.rules import policy_of
from omniloom.messaging.situation import Candidate, Situation
from omniloom.messaging.template import parts_of, template
from omniloom.profiles import OWN, Contact, contacts, traits_of
from omniloom.store import Stores, query

_NO_SEND = "0" * 32
Seen = Callable[[dict[str, Any]], dict[str, Any]]
"""What is known of a person, by the names templates use, as far as who looks may see it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One rendered message. ``html`` is sanitised for display; ``missing`` lists values the person does not have;
    ``failure`` says why there is no message; ``length`` is set for SMS.
    """

    channel: str
    address: str
    subject: str
    html: str
    text: str
    missing: list[str]
    failure: str
    length: SmsLength | None


def preview(
    stores: Stores, renderer: Renderer, template_id: str, person_id: int, *, campaign: str = "", seen: Seen
) -> Preview:
    """The template as this person would see it. Errors: Missing for an unknown template or person.

    ``seen``: the message is made of what who looks may see, for nothing can be masked in a finished text.
    """
    found = template(stores, template_id)
    return preview_text(
        stores, renderer, channel=found.channel, subject=found.subject, body=found.body, person_id=person_id,
        campaign=campaign, seen=seen,
    )  # fmt: skip


def preview_text(  # noqa: PLR0913 - a message's parts, all of them said by name
    stores: Stores, renderer: Renderer, *, channel: str, subject: str, body: str, person_id: int, campaign: str = "",
    seen: Seen,
) -> Preview:  # fmt: skip
    """A text that is not saved yet, as this person would see it; ``seen`` as in :func:`preview`."""
    contact = _contact(stores, person_id)
    recipient = Recipient(_NO_SEND, "", campaign, MARKETING, contact)
    context = context_of(recipient, traits_of(stores, [person_id])[person_id], channel=channel, site=None)
    context["person"] = seen(context["person"])
    rendered = renderer.render(parts_of(channel, subject, body), context)
    address = contact.addresses.get(channel, "")
    if isinstance(rendered, RenderFailed):
        return Preview(channel, address, "", "", "", [], rendered.reason, None)
    is_html = known_channels()[channel].is_html
    return Preview(
        channel=channel, address=address, subject=rendered.texts[0], text=rendered.texts[1],
        html=nh3.clean(rendered.texts[1]) if is_html else "", missing=rendered.missing, failure="",
        length=None if is_html else sms_length(rendered.texts[1]),
    )  # fmt: skip


def consider(
    stores: Stores, person_id: int, *, channels: Sequence[str], now: datetime, kind: str = MARKETING,
    campaign_id: str = "", advertiser: str = OWN,
) -> Decision:  # fmt: skip
    """What would be decided for a person right now, with every reason; nothing is written.

    ``advertiser``: in whose name it would be sent, unless it is planned already.
    """
    candidate = Candidate(_NO_SEND, campaign_id, person_id, kind, tuple(channels), advertiser)
    with stores.state.read() as tx:
        row = tx.one(query(__file__, "send_of_person"), campaign_id=campaign_id, person_id=person_id)
        if row is not None:
            known = mailing_of(tx, campaign_id)
            topics = {channel: text.get("topic", "") for channel, text in known.templates.items()}
            candidate = Candidate(
                row["send_id"], campaign_id, person_id, kind, tuple(channels), known.advertiser, topics
            )
        policy = policy_of(tx)
        return decide(Situation(tx, [candidate], policy=policy, now=now).facts(candidate), policy)


def _contact(stores: Stores, person_id: int) -> Contact:
    with stores.state.read() as tx:
        contact = contacts(tx, [person_id]).get(person_id)
    if contact is None:
        raise Missing(f"there is no person {person_id}", field="person_id")
    return contact
