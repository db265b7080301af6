"""A patronymic: Ивановна's father is Ivanovich's; middle names of other languages live here too."""

from collections.abc import Sequence

from omniloom.identity.match.field import Comparison, Field, Level, Parts, begins_other, equal, same, share, typed_over
from omniloom.identity.match.names import is_patronymic, patronymic_key
from omniloom.identity.match.spelling import latin


def _looks_like(values: Sequence[str]) -> float:
    return share(values, lambda value: is_patronymic(latin(value)))


def _normalise(value: str) -> Parts:
    text = latin(value)
    return (text or None, patronymic_key(text) or None)


FIELD = Field(
    title="Patronymic",
    headers=("patronymic", "middle name", "middlename", "отчество", "otchestvo", "middle", "mname"),
    looks_like=_looks_like,
    parts=("text", "key"),
    normalise=_normalise,
    comparisons=(
        Comparison("Patronymic", ("text",), (
            same("text", 0.85, "the same"),
            Level("the same in another spelling or gender", equal("key"), 0.04, "key"),
            typed_over("text", 2, 0.06, "one or two letters apart", letters_min=5),
            begins_other("text", 0.02, "one is the other's beginning"),
        ), 0.03),
    ),
    keys=("key",),
    rank=40,
    survivorship="completeness",
    examples={
        "Иванович": ("ivanovich", "ivan"),
        "Ивановна": ("ivanovna", "ivan"),
        "Сергеевна": ("sergeevna", "serge"),
        "Sergeyevich": ("sergeyevich", "serge"),
        "-": (None, None),
    },
)  # fmt: skip
