"""Sex, as one letter."""

from omniloom.identity.match.field import Comparison, Field, Parts, same, share
from omniloom.identity.match.spelling import latin

_WORDS = {
    "m": "m", "male": "m", "man": "m", "muzhskoy": "m", "muzh": "m", "mr": "m", "muzhchina": "m",
    "f": "f", "female": "f", "woman": "f", "zhenskiy": "f", "zhen": "f", "zh": "f", "w": "f", "mrs": "f", "ms": "f",
    "zhenshchina": "f", "miss": "f",
}  # fmt: skip


def _normalise(value: str) -> Parts:
    return (_WORDS.get(latin(value)),)


FIELD = Field(
    title="Sex",
    headers=("sex", "gender", "пол", "pol"),
    looks_like=lambda values: share(values, lambda value: latin(value) in _WORDS),
    parts=("letter",),
    normalise=_normalise,
    comparisons=(Comparison("Sex", ("letter",), (same("letter", 0.97, "the same", weighs_frequency=False),), 0.03),),
    keys=(),
    rank=15,
    survivorship="vote",
    examples={"Мужской": ("m",), "ж": ("f",), "Female": ("f",), "1": (None,)},
)
