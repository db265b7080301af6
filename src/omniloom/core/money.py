"""Money is an integer of minor units with a currency; a float never holds an amount.

Source: ISO 4217 exponents.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, DecimalException

from omniloom.core.errors import Invalid

# ISO 4217 minor-unit exponents that are not 2.
_EXPONENT = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


_MINOR_MAX = 2**63 - 1  # what every store's BIGINT holds


@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units of one currency."""

    amount_minor: int
    currency: str

    def __str__(self) -> str:
        exponent = exponent_of(self.currency)
        return f"{Decimal(self.amount_minor).scaleb(-exponent):,.{exponent}f} {self.currency}"


def exponent_of(currency: str) -> int:
    """How many decimal digits the currency's minor unit has (RUB 2, JPY 0, KWD 3)."""
    return _EXPONENT.get(currency, 2)


def currencies_with(exponent: int) -> list[str]:
    """The currencies whose minor unit has so many digits, for other than the usual two; for queries over many."""
    return sorted(code for code, digits in _EXPONENT.items() if digits == exponent)


def to_minor(amount: str | int | float | Decimal, currency: str) -> int:
    """Minor units of a decimal amount, rounded half to even.

    Errors: Invalid if ``amount`` is not a finite decimal number, or more than the stores can hold.
    """
    try:
        value = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
        minor = int(value.scaleb(exponent_of(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except (DecimalException, ValueError, OverflowError) as error:
        raise Invalid(f"not an amount of money: {amount!r}", hint="use digits with a dot, such as 12.50") from error
    if abs(minor) > _MINOR_MAX:
        raise Invalid(f"not an amount of money that can be kept: {amount!r}", hint="use a smaller amount")
    return minor


def share_out(amount_minor: int, weights: list[int]) -> list[int]:
    """Split an amount by integer weights so that the parts add up to it exactly (largest remainder, first wins).

    Shapes: n weights ≥ 0 -> n parts. Errors: Invalid if all weights are zero.
    """
    total = sum(weights)
    if total <= 0:
        raise Invalid("nothing to share out by: all weights are zero")
    parts = [amount_minor * weight // total for weight in weights]
    remainders = [amount_minor * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in order[: amount_minor - sum(parts)]:
        parts[i] += 1
    return parts
