"""A start token in a link to our bot: the messenger tells who came with it, and we know whom it was given to.

Telegram takes up to 64 letters, digits, _ and - (core.telegram.org/bots/features#deep-linking); VK hands on ``ref``,
MAX ``start``. The token of this installation is 44 such characters.
"""

from datetime import timedelta

from omniloom.messaging.recognition.way import Proof, Way

WAY = Way(
    title="Bot start link",
    about="A link to your bot with a token in it: the messenger says who came with it.",
    proof=Proof.TOKEN,
    valid_for=timedelta(days=1),
    kinds=("telegram", "vk", "max", "viber", "whatsapp"),
)
