"""One request to a webhook, judged: who sends it, whether it came before, and what its body becomes.

The door stores the events and refusals, and only then calls ``remember``: a request cut off in between is taken again
when it is repeated, and its events are known by their ids.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from omniloom.collect.refusal import Arrival
from omniloom.collect.webhooks.body import Posted
from omniloom.collect.webhooks.connector import Connector
from omniloom.collect.webhooks.hook import Webhook, opened
from omniloom.collect.webhooks.read import Reading, read
from omniloom.core.errors import Denied
from omniloom.core.ids import Ids
from omniloom.store import Stores, query

SEEN_FOR = timedelta(days=1)  # how long a delivery's id is known; its events are known far longer


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that proved itself. ``is_repeat``: its delivery was taken before, so nothing is to be done."""

    webhook: Webhook
    connector: Connector
    delivery: str
    reading: Reading
    arrival: Arrival
    is_repeat: bool = False


class NotAllowed(Denied):
    """The webhook does not take requests like this one."""


def receive(stores: Stores, hook_id: str, posted: Posted, *, key: bytes, now: datetime, ids: Ids) -> Taken:
    """Judge one request; nothing is stored yet.

    Errors: Missing if there is no such webhook or it is off; Denied if the sender does not prove himself.
    """
    webhook, secret = opened(stores, hook_id, key)
    connector = webhook.described()
    if posted.method not in connector.methods:
        raise NotAllowed(f"this webhook takes {' and '.join(connector.methods)}", hint="send it so")
    if not webhook.lets_in(posted.client_ip):
        raise NotAllowed("this sender is not on the webhook's list", hint="add its network to allow_ips")
    delivery = connector.proof.check(posted, secret, now=now)
    arrival = Arrival(webhook.source_id, "webhook", webhook.path, now, key=secret)
    if delivery and _is_seen(stores, hook_id, delivery, now):
        return Taken(webhook, connector, delivery, Reading(), arrival, is_repeat=True)
    reading = read(connector, posted, source_id=webhook.source_id, received_at=now, ids=ids, secret=secret)
    return Taken(webhook, connector, delivery, reading, arrival)


def preview(connector: Connector, posted: Posted, *, now: datetime, ids: Ids) -> Reading:
    """What a sample would become. Nothing is checked of its sender, and nothing is stored."""
    return read(connector, posted, source_id="preview", received_at=now, ids=ids)


def remember(stores: Stores, taken: Taken, *, now: datetime) -> None:
    """Its events are on disk: know this delivery from now on."""
    if not taken.delivery or taken.is_repeat:
        return
    with stores.state.write() as tx:
        tx.run(query(__file__, "drop_seen"), now=now)
        tx.run(
            query(__file__, "add_seen"), hook_id=taken.webhook.hook_id, delivery=taken.delivery,
            expires_at=now + SEEN_FOR,
        )  # fmt: skip


def _is_seen(stores: Stores, hook_id: str, delivery: str, now: datetime) -> bool:
    with stores.state.read() as tx:
        return tx.one(query(__file__, "is_seen"), hook_id=hook_id, delivery=delivery, now=now) is not None
