"""Webhooks: what tills, call trackers, form builders and CRMs post becomes events, by a description and no code.

Tables: collect_webhook, collect_webhook_seen.

Invariants: a request counts only if it proves its sender, over its raw bytes; a webhook without a secret cannot be
enabled; every thing in a body gets a verdict and none harms its neighbours; no text of a user is ever run.
"""

from omniloom.collect.webhooks.body import Posted
from omniloom.collect.webhooks.connector import Connector, definition_of, known_connectors, parse_connector
from omniloom.collect.webhooks.delivery import SHOWN_MAX, Delivery, Outcome, RecentDeliveries
from omniloom.collect.webhooks.hook import (
    OWN,
    Draft,
    Options,
    Shown,
    Webhook,
    create,
    described,
    enable,
    read_options,
    rotate,
    update,
    webhook_of,
    webhooks,
)
from omniloom.collect.webhooks.read import Reading
from omniloom.collect.webhooks.receive import NotAllowed, Taken, preview, receive, remember

__all__ = [
    "OWN", "SHOWN_MAX", "Connector", "Delivery", "Draft", "NotAllowed", "Options", "Outcome", "Posted", "Reading",
    "RecentDeliveries", "Shown", "Taken", "Webhook", "create", "definition_of", "described", "enable",
    "known_connectors", "parse_connector", "preview", "read_options", "receive", "remember", "rotate", "update",
    "webhook_of", "webhooks",
]  # fmt: skip
