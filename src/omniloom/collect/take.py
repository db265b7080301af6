"""Items in, bodies for the log out: the quick way for all that are plain, the careful way for the others."""

from collections.abc import Sequence
from typing import Any

import msgspec

from omniloom.collect.accept import fit, judge_one
from omniloom.collect.drop import Drop, Dropped
from omniloom.collect.plain import PlainTaker
from omniloom.collect.reception import Reception
from omniloom.core.event import encode


def take(items: Sequence[Any], reception: Reception, *, is_ascii: bool = False) -> list[bytes | Drop]:
    """As ``accept``, but an accepted item comes encoded for the log.

    ``is_ascii`` says that the caller has found no byte in the items beyond ASCII and no Unicode escape.
    """
    try:
        reception = fit(reception)
    except Dropped as dropped:
        return [dropped.drop] * len(items)
    quick = PlainTaker(reception).body
    verdicts: list[bytes | Drop] = []
    for item in items:
        body = quick(bytes(item), is_ascii=is_ascii) if isinstance(item, _RAW) else None
        verdicts.append(_judged(item, reception) if body is None else body)
    return verdicts


def take_plain(item: bytes, kind: str, reception: Reception) -> bytes | None:
    """One item of the type ``kind``, encoded for the log; None if it is not plain and ``accept`` must judge it."""
    return PlainTaker(reception).body(item, kind=kind)


_RAW = (bytes, msgspec.Raw)


def _judged(item: Any, reception: Reception) -> bytes | Drop:
    verdict = judge_one(item, reception)
    return verdict if isinstance(verdict, Drop) else encode(verdict)
