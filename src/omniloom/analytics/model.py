"""What an attribution model is: how heavy each touch on the way to an order is, said once in Python and once in SQL.

A model says integer weights, nothing more. Turning weights into money is one place for all models: parts are
integers that add up exactly, what division leaves over goes to the largest remainders, the earliest touch first
(``core.money.share_out``; ``queries/credits.sql`` does the same in sets). So every model's credits sum to the orders.
"""

from collections.abc import Callable
from dataclasses import dataclass

from omniloom.core.money import share_out

MILLIONTHS = 1_000_000  # one conversion in credit units: thirds and sevenths stay within a millionth, sums stay exact


@dataclass(frozen=True, slots=True)
class Touch:
    """One touch on the way to a conversion.

    ``position`` counts from 1 (the earliest) to ``touches``; ``age_s`` is whole seconds from touch to conversion.
    """

    position: int
    touches: int
    age_s: int
    channel: str


@dataclass(frozen=True, slots=True)
class AttributionModel:
    """One way to share a conversion among the touches before it.

    ``weight`` and ``weight_sql`` mean the same; the SQL sees the columns position, touches, age_s and channel.
    Weights are whole, not negative, and at least one on every path is above zero. ``examples`` hold paths of channels,
    a day apart and the last at the conversion, with the weights expected.
    """

    title: dict[str, str]
    text: dict[str, str]
    weight: Callable[[Touch], int]
    weight_sql: str
    examples: list[tuple[list[str], list[int]]]


def share(model: AttributionModel, path: list[Touch], amount: int) -> list[int]:
    """The parts of ``amount`` that each touch of a path gets; the plain meaning that the SQL is held equal to."""
    parts = share_out(abs(amount), [model.weight(touch) for touch in path])
    return parts if amount >= 0 else [-part for part in parts]
