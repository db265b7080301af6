"""What people say to us about our messages, and may ask: leaving, choosing, confirming, why, and their own data."""

from omniloom.messaging.opt_in import OptIn, OptInState, Wish, confirm_opt_in, opt_in_of, request_opt_in
from omniloom.messaging.preferences import Choice, Preferences, ask_about_data, choose, preferences
from omniloom.messaging.subscribe import (
    ChannelChoice,
    Subscription,
    Visitor,
    is_passed_on,
    masked,
    subscription,
    unsubscribe,
)
from omniloom.messaging.why import Grounds, grounds_of
from omniloom.messaging.word import METHODS, Word, take_consent

__all__ = [
    "METHODS", "ChannelChoice", "Choice", "Grounds", "OptIn", "OptInState", "Preferences", "Subscription", "Visitor",
    "Wish", "Word", "ask_about_data", "choose", "confirm_opt_in", "grounds_of", "is_passed_on", "masked", "opt_in_of",
    "preferences", "request_opt_in", "subscription", "take_consent", "unsubscribe",
]  # fmt: skip
