"""How many SMS a text costs: the GSM 7-bit alphabet and its extension, UCS-2 for everything else.

Source: 3GPP TS 23.038 (alphabet), 23.040 (concatenation: 153 septets or 67 UCS-2 units a part).
"""

from dataclasses import dataclass

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")  # each costs two septets, which are never parted


@dataclass(frozen=True, slots=True)
class SmsLength:
    """What a text costs: its alphabet, its units (septets or UTF-16 units) and the parts it is sent in."""

    is_gsm: bool
    units: int
    segments: int


def sms_length(text: str) -> SmsLength:
    """The cost of an SMS text; an empty text is no message."""
    is_gsm = all(char in GSM_BASIC or char in GSM_EXTENSION for char in text)
    costs = [(1 if char in GSM_BASIC else 2) if is_gsm else (1 if ord(char) < 0x10000 else 2) for char in text]
    units = sum(costs)
    single, part = (160, 153) if is_gsm else (70, 67)
    return SmsLength(is_gsm, units, min(units, 1) if units <= single else _parts(costs, part))


def _parts(costs: list[int], room: int) -> int:
    """Parts of ``room`` units when no character may be split over two of them."""
    parts, left = 1, room
    for cost in costs:
        if cost > left:
            parts, left = parts + 1, room
        left -= cost
    return parts
