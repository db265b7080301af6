"""Card numbers as bars and back: EAN-13 with its check digit, Code 128 for every other.

Source: ISO/IEC 15420 (EAN-13), ISO/IEC 15417 (Code 128).
"""

from barcode.codex import Code128
from barcode.ean import EuropeanArticleNumber13

from omniloom.core.errors import Invalid
from omniloom.identity import normalise

EAN_DIGITS = 13
CARD_CHARS_MAX = 32


def read_card(text: str) -> str:
    """The number of a card as it is compared. Errors: Invalid if it is none, or its check digit is wrong."""
    card = normalise("card", text, "")
    if not isinstance(card, str) or len(card) > CARD_CHARS_MAX or not card.isascii():
        raise Invalid("this is no card number", hint=f"up to {CARD_CHARS_MAX} Latin letters and digits", field="card")
    if is_ean(card) and int(card[-1]) != check_digit(card[:-1]):
        raise Invalid("the check digit is wrong", hint="read the card again", field="card")
    return card


def is_ean(card: str) -> bool:
    """Whether a number is an EAN-13."""
    return len(card) == EAN_DIGITS and card.isdigit()


def check_digit(digits: str) -> int:
    """The thirteenth digit of twelve: odd places count once, even ones three times."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return -total % 10


def bars(card: str) -> str:
    """The card as dark (1) and light (0) modules, without the quiet zone. Errors: Invalid."""
    number = read_card(card)
    symbol = EuropeanArticleNumber13(number) if is_ean(number) else Code128(number)
    [modules] = symbol.build()
    return str(modules)
