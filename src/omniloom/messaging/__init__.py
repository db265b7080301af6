"""Messaging: decides who gets a message over which channel, renders it, sends it, and knows what became of it.

Tables (state store): messaging_template, messaging_mailing, messaging_send, messaging_attempt, messaging_decision,
messaging_suppression, messaging_link, messaging_channel, messaging_policy, messaging_outbox, messaging_opt_in,
messaging_address, messaging_recognition, messaging_way, messaging_reach.

Invariants:
* one row per recipient of a campaign, one attempt per channel of it (``send_key`` is unique);
* the intent is on disk before the first byte leaves, in the transaction that re-read consent, suppression, the cap over
  all channels, quiet hours and the mailing's state; so nothing is sent after an unsubscription was answered;
* marketing is sent at most once: what may have gone is ``unknown`` and never sent again; transactional at least once,
  under the same key;
* every decision is kept with its reasons, and every recipient ends in a final state;
* channels and rules are pure; ``transport`` alone speaks to the world, ``render`` alone runs marketers' templates.
"""

from omniloom.messaging import reach, reach_count, recognition, voice
from omniloom.messaging.ad import Ad, Impression, ad_of, ad_url, ad_viewed
from omniloom.messaging.address import verify_address
from omniloom.messaging.channel import Channel, known_channels
from omniloom.messaging.claim import reconcile
from omniloom.messaging.configure import (
    ChannelView,
    SettingField,
    channel_settings,
    channel_views,
    save_channel_settings,
)
from omniloom.messaging.decide import decide
from omniloom.messaging.decision import (
    MARKETING,
    Considered,
    Decision,
    Hold,
    Policy,
    Reason,
    Send,
    Skip,
)
from omniloom.messaging.deliver import deliver
from omniloom.messaging.end import end_sends
from omniloom.messaging.engage import Click, clicked, is_machine, opened
from omniloom.messaging.forget import forget_decisions
from omniloom.messaging.gsm import SmsLength, sms_length
from omniloom.messaging.history import SendView, Tally, Waiting, sends_of, tally, waiting
from omniloom.messaging.holdings import HOLDINGS
from omniloom.messaging.hook import Received, receive_hook, try_flush
from omniloom.messaging.mailing import (
    MailingState,
    cancel_mailing,
    hold_mailing,
    mailing,
    open_mailing,
    plan,
    renew_texts,
    resume_mailing,
    texts_of,
)
from omniloom.messaging.opt_in_ask import ask_opt_ins
from omniloom.messaging.preview import Preview, Seen, consider, preview, preview_text
from omniloom.messaging.recipients import RecipientView, recipients
from omniloom.messaging.render import Rendered, Renderer, RenderFailed
from omniloom.messaging.report import is_all_told, report_outcomes
from omniloom.messaging.rules import policy, save_policy
from omniloom.messaging.site import Site
from omniloom.messaging.subscribe import ChannelChoice, unsubscribe
from omniloom.messaging.template import (
    NewTemplate,
    Template,
    check_template,
    save_template,
    take_template,
    template,
    templates,
)
from omniloom.messaging.transport import Transport

__all__ = [
    "HOLDINGS",
    "MARKETING",
    "Ad",
    "Channel",
    "ChannelChoice",
    "ChannelView",
    "Click",
    "Considered",
    "Decision",
    "Hold",
    "Impression",
    "MailingState",
    "NewTemplate",
    "Policy",
    "Reason",
    "Received",
    "RecipientView",
    "RenderFailed",
    "Rendered",
    "Renderer",
    "Send",
    "SendView",
    "SettingField",
    "Site",
    "Skip",
    "SmsLength",
    "Tally",
    "Template",
    "Transport",
    "Waiting",
    "ad_of",
    "ad_url",
    "ad_viewed",
    "ask_opt_ins",
    "cancel_mailing",
    "channel_settings",
    "channel_views",
    "check_template",
    "clicked",
    "consider",
    "decide",
    "deliver",
    "end_sends",
    "forget_decisions",
    "hold_mailing",
    "is_all_told",
    "is_machine",
    "known_channels",
    "mailing",
    "open_mailing",
    "opened",
    "plan",
    "policy",
    "reach",
    "reach_count",
    "receive_hook",
    "recipients",
    "recognition",
    "reconcile",
    "renew_texts",
    "report_outcomes",
    "resume_mailing",
    "save_channel_settings",
    "save_policy",
    "save_template",
    "sends_of",
    "sms_length",
    "take_template",
    "tally",
    "template",
    "templates",
    "texts_of",
    "try_flush",
    "unsubscribe",
    "verify_address",
    "voice",
    "waiting",
]
__all__ += ["Preview", "Seen", "preview", "preview_text"]  # what a message would be
