"""Items in, bodies for the log out: the quick way for all that are plain, the careful way for the others."""

from collections.abc import Sequence
from typing import Any

from omniloom.collect.accept import fit, judge_one
from omniloom.collect.drop import Drop, Dropped
from omniloom.collect.plain import PlainTaker
from omniloom.collect.reception import Reception
from omniloom.core.event import encode


def take(items: Sequence[Any], reception: Reception, *, whole: bytes = b"") -> list[bytes | Drop]:
    """As ``accept``, but an accepted item comes encoded for the log.

    ``whole`` is the request's body, if the items are raw JSON out of it: then plain ones take the quick way.
    """
    try:
        reception = fit(reception, count=len(items))
    except Dropped as dropped:
        return [dropped.drop] * len(items)
    if not whole:
        return [_judged(item, reception) for item in items]
    bodies = PlainTaker(reception).bodies(items, whole)
    return [_judged(item, reception) if body is None else body for item, body in zip(items, bodies, strict=True)]


def take_plain(item: bytes, kind: str, reception: Reception) -> bytes | None:
    """One item of the type ``kind``, encoded for the log; None if it is not plain and ``accept`` must judge it."""
    return PlainTaker(reception).body(item, kind=kind)


def _judged(item: Any, reception: Reception) -> bytes | Drop:
    verdict = judge_one(item, reception)
    return verdict if isinstance(verdict, Drop) else encode(verdict)
