"""The channel that senders name in a word about consent, read as it is meant, in any spelling.

A withdrawal that is not understood is heeded for every channel: nothing is sent to who said no.
"""

import re
from typing import Any, Final

from omniloom.identity.value import label

EVERY_CHANNEL: Final = "*"
_SPELLINGS = {
    "email": ("e-mail", "e_mail", "e.mail", "e mail", "mail", "emails", "почта", "эл. почта", "электронная почта",
              "имейл"),
    "sms": ("смс", "text", "text message"),
    "push": ("пуш", "web push", "mobile push"),
    "call": ("phone", "phone call", "звонок", "телефон"),
    "messenger": ("мессенджер",),
    "whatsapp": ("wa", "ватсап"), "telegram": ("tg", "телеграм"), "viber": ("вайбер",), "vk": ("вк",), "max": ("макс",),
    "direct_mail": ("direct mail", "post"),
    EVERY_CHANNEL: ("all", "any", "every", "все", "всё", "любой"),
}  # fmt: skip
_MEANT = {spelling: channel for channel, spellings in _SPELLINGS.items() for spelling in (channel, *spellings)}
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def word_channel(value: Any, *, is_given: bool, problems: dict[str, str]) -> str | None:
    """The channel that a word is about; None if it names none. What is not understood is said in ``problems``.

    Several channels in one withdrawal are taken for all, in one consent for none: one event is about one channel. A
    consent may be about a channel of the sender's own, by a code; a withdrawal from one is from all.
    """
    told = [value] if not isinstance(value, list) else value
    meant = {_meant(text, is_given) for each in told if (text := label(each)) and text.strip()}
    if len(meant) > 1 or None in meant:
        what = "send one event for each channel" if len(meant) > 1 else "no known channel"
        problems["channel"] = f"malformed: {what}; taken for {'none' if is_given else 'every channel'}"
        return None if is_given else EVERY_CHANNEL
    return next(iter(meant), None)


def _meant(text: str, is_given: bool) -> str | None:  # noqa: FBT001 - what the word is
    plain = " ".join(text.casefold().split())
    return _MEANT.get(plain) or (plain if is_given and _CODE.fullmatch(plain) else None)
