"""What keeps a likely pair from being merged unasked. Twins share surname, address and birthday, fathers and sons even
a whole name: where somebody's own particulars differ, a person decides, however much else is the same.
"""

from collections.abc import Iterable

from omniloom.identity.match.names import given_key, is_given, parse
from omniloom.identity.match.run import Reason
from omniloom.identity.match.spelling import latin

OWN = frozenset(("given_name", "patronymic", "sex", "birth_date"))  # what relatives do not share


def is_doubtful(reasons: Iterable[Reason], left: str | None, right: str | None) -> bool:
    """Whether a field that is a person's own differs, or the given names are alike and yet two that people have.

    Shapes: ``left`` and ``right`` are given or whole names as told; None where none was.
    """
    own = {reason.field: reason.words for reason in reasons if reason.field in OWN}
    is_one_name = own.get("given_name", "").startswith("the same")  # Пётр is Peter, Саша may be Александр
    return "differs" in own.values() or (not is_one_name and _are_two(left, right))


def _are_two(left: str | None, right: str | None) -> bool:
    """Мария and Марина are a letter apart, and no slip of the finger."""
    if not left or not right:
        return False
    one, other = _given(left), _given(right)
    return is_given(one) and is_given(other) and given_key(one) != given_key(other)


def _given(name: str) -> str:
    return parse(name).given if " " in name.strip() else latin(name)
