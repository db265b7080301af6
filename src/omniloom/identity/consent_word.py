"""What senders write in a word about consent, read as it is meant: a channel's name in any spelling, the event's in any
case. A withdrawal that is not understood is heeded for every channel: nothing is sent to who said no.
"""

import re
from typing import Any, Final

from omniloom.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED
from omniloom.identity.value import label

EVERY_CHANNEL: Final = "*"
_SPELLINGS = {
    "email": ("e-mail", "e mail", "mail", "почта", "эл. почта", "электронная почта", "имейл"),
    "sms": ("смс", "text", "text message"),
    "push": ("пуш", "web push", "mobile push"),
    "call": ("phone", "phone call", "звонок", "телефон"),
    "messenger": ("мессенджер",),
    "direct_mail": ("direct mail", "post"),
    EVERY_CHANNEL: ("all", "any", "every", "все", "всё", "любой"),
}
_MEANT = {spelling: channel for channel, spellings in _SPELLINGS.items() for spelling in (channel, *spellings)}
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_NAMES = {name.casefold(): name for name in (CONSENT_GIVEN, CONSENT_WITHDRAWN, UNSUBSCRIBED)}
_NAME_CHARS = frozenset(map(len, _NAMES))

WORDS: Final = frozenset(_NAMES.values())


def word_name(name: str) -> str:
    """The name of an event; that of a word about consent as it is written here, however it came."""
    return _NAMES.get(name.casefold(), name) if len(name) in _NAME_CHARS else name


def word_channel(value: Any, *, is_given: bool, problems: dict[str, str]) -> str | None:
    """The channel that a word is about; None if it names none. What is not understood is said in ``problems``.

    Several channels in one withdrawal are taken for all, in one consent for none: one event is about one channel.
    """
    told = [value] if not isinstance(value, list) else value
    meant = {_meant(text) for each in told if (text := label(each)) and text.strip()}
    if len(meant) > 1 or None in meant:
        what = "send one event for each channel" if len(meant) > 1 else "no known channel, nor a code such as email"
        problems["channel"] = f"malformed: {what}; taken for {'none' if is_given else 'every channel'}"
        return None if is_given else EVERY_CHANNEL
    return next(iter(meant), None)


def _meant(text: str) -> str | None:
    plain = " ".join(text.casefold().split())
    return _MEANT.get(plain) or (plain if _CODE.fullmatch(plain) else None)
