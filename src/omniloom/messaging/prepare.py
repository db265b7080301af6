"""Everything about a batch that can be done before the intent: decide provisionally, render, compose, build calls.

Nothing here counts: the intent's transaction decides again (intent.py). It only makes sure that whatever is then
allowed is ready to go, so that the transaction stays short.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from omniloom.core.errors import Invalid
from omniloom.messaging.channel import known_channels
from omniloom.messaging.claim import Claimed
from omniloom.messaging.compose import Recipient, compose, context_of
from omniloom.messaging.decide import decide
from omniloom.messaging.decision import Reason, Send
from omniloom.messaging.link import Link
from omniloom.messaging.render import Rendered, Renderer, RenderFailed, RenderProblem
from omniloom.messaging.rules import policy_of
from omniloom.messaging.sandbox import Job
from omniloom.messaging.site import Site
from omniloom.messaging.situation import Candidate, Situation
from omniloom.messaging.template import parts_of
from omniloom.messaging.transport import Dispatch, Transport
from omniloom.profiles import Contact, traits_of
from omniloom.store import Stores

LIMIT_FAILURES_MAX = 3  # of one batch: then the template is at fault, not the person's values


@dataclass(frozen=True, slots=True)
class Prepared:
    """One message as far as it can be made before its intent; ``fault`` says why it cannot be made at all."""

    claimed: Claimed
    candidate: Candidate
    send: Send | None = None
    dispatch: Dispatch | None = None
    links: tuple[Link, ...] = ()
    fault: Reason | None = None
    detail: str = ""


def prepare(
    stores: Stores, transport: Transport, renderer: Renderer, batch: Sequence[Claimed], *, now: datetime
) -> list[Prepared]:
    """The batch's messages in order, each ready to send, or with the reason why not."""
    prepared, contacts = _decided(stores, batch, now=now)
    wanted = [p for p in prepared if p.send is not None]
    traits = traits_of(stores, [p.claimed.person_id for p in wanted])
    jobs = [_job(p, contacts[p.claimed.send_id], traits[p.claimed.person_id], transport) for p in wanted]
    settings = {channel: transport.settings(channel) for channel in {p.send.channel for p in wanted if p.send}}
    made = {
        p.claimed.send_id: _made(
            p, contacts[p.claimed.send_id], rendered, settings=settings, site=transport.site, now=now
        )
        for p, rendered in zip(wanted, renderer.render_many(jobs), strict=True)
    }
    return [made.get(p.claimed.send_id, p) for p in prepared]


def broken_mailings(prepared: Sequence[Prepared]) -> dict[str, str]:
    """Mailings whose template exceeds its limits for one after the other: campaign -> what happened."""
    limits = [p for p in prepared if p.fault is Reason.RENDER_FAILED and p.detail.startswith(RenderProblem.LIMIT)]
    counts = Counter(p.claimed.mailing.campaign_id for p in limits)
    return {
        p.claimed.mailing.campaign_id: p.detail
        for p in limits
        if counts[p.claimed.mailing.campaign_id] >= LIMIT_FAILURES_MAX
    }


def _decided(stores: Stores, batch: Sequence[Claimed], *, now: datetime) -> tuple[list[Prepared], dict[str, Contact]]:
    candidates = [candidate_of(claimed) for claimed in batch]
    prepared: list[Prepared] = []
    contacts: dict[str, Contact] = {}
    with stores.state.read() as tx:
        policy = policy_of(tx)
        situation = Situation(tx, candidates, policy=policy, now=now)
        for claimed, candidate in zip(batch, candidates, strict=True):
            verdict = decide(situation.facts(candidate), policy).verdict
            contact = situation.contact(candidate.person_id)
            if isinstance(verdict, Send) and contact is not None:
                situation.note(candidate, verdict)
                contacts[claimed.send_id] = contact
                prepared.append(Prepared(claimed, candidate, verdict))
            else:
                prepared.append(Prepared(claimed, candidate))
    return prepared, contacts


def candidate_of(claimed: Claimed) -> Candidate:
    """The recipient as the rules see them."""
    mailing = claimed.mailing
    return Candidate(
        claimed.send_id, mailing.campaign_id, claimed.person_id, mailing.kind, mailing.channels, mailing.advertiser,
        {channel: text.get("topic", "") for channel, text in mailing.templates.items()},
        claimed.to,
    )  # fmt: skip


def _recipient(prepared: Prepared, contact: Contact) -> Recipient:
    mailing = prepared.claimed.mailing
    return Recipient(
        prepared.claimed.send_id, mailing.campaign_id, mailing.name, mailing.kind, contact, prepared.claimed.notice
    )


def _job(prepared: Prepared, contact: Contact, traits: dict[str, object], transport: Transport) -> Job:
    channel = prepared.send.channel if prepared.send else ""
    text = prepared.claimed.mailing.templates[channel]
    context = context_of(_recipient(prepared, contact), traits, channel=channel, site=transport.site)
    return Job(parts_of(channel, text["subject"], text["body"]), context)


def _made(
    prepared: Prepared,
    contact: Contact,
    rendered: Rendered | RenderFailed,
    *,
    settings: Mapping[str, Any],
    site: Site,
    now: datetime,
) -> Prepared:
    """The message with its call, or with what is wrong with it."""
    send = prepared.send
    if send is None or settings[send.channel] is None:
        return replace(prepared, send=None)  # switched off a moment ago: the intent's transaction sees it too
    if isinstance(rendered, RenderFailed):
        return replace(prepared, fault=Reason.RENDER_FAILED, detail=f"{rendered.problem}: {rendered.reason}")
    subject, body = rendered.texts
    try:
        composed = compose(
            _recipient(prepared, contact), channel=send.channel, address=send.address, subject=subject, body=body,
            site=site, at=now,
        )  # fmt: skip
        call = known_channels()[send.channel].call(composed.message, settings[send.channel])
    except Invalid as error:
        return replace(prepared, fault=Reason.INVALID_MESSAGE, detail=error.message)
    return replace(prepared, dispatch=Dispatch(send.channel, call), links=composed.links)
