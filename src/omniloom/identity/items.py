"""Order lines as columns. This is the hottest loop of the platform: a year of receipts has ten lines an order, so work
per line is kept to a few list comprehensions, and what is the same for an order's lines is repeated by numpy.
"""

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from omniloom.identity.times import read_times
from omniloom.identity.value import label, line_minor, read_minor, read_quantity

_json = msgspec.json.Encoder().encode


class Items:
    """Collects the lines of one batch and gives them as rows of identity_item."""

    def __init__(self) -> None:
        self._orders: list[tuple[int, int, str, str | None, int]] = []  # position, person, at, order id, lines
        self._product_ids: list[str | None] = []
        self._quantities: list[float | None] = []
        self._amounts: list[int | None] = []
        self._properties: list[bytes] = []

    def add(self, products: list[Any], order: tuple[int, int, str, str | None], currency: str) -> None:
        """The lines of one order: (position, person, instant as in the log, order id). The products' dicts are used up.

        The line's ``amount`` counts, else its price times its quantity. What has no column stays as properties.
        """
        lines = [p if p.__class__ is dict else {"product": p} for p in products]
        ids = [p.pop("product_id", None) for p in lines]
        skus = [p.pop("sku", None) for p in lines]
        quantities = [p.pop("quantity", None) for p in lines]
        amounts = [p.pop("amount", None) for p in lines]
        known = [q if q.__class__ is float else read_quantity(q) for q in quantities]
        self._orders.append((*order, len(lines)))
        self._product_ids += [label(i) or label(s) for i, s in zip(ids, skus, strict=True)]
        self._quantities += known
        self._amounts += [
            read_minor(amount, currency) if amount is not None else line_minor(line.get("price"), quantity, currency)
            for amount, line, quantity in zip(amounts, lines, known, strict=True)
        ]
        self._properties += [_json(line) for line in lines]

    def table(self) -> pa.Table:
        """The rows."""
        positions, people, times, order_ids, counts = zip(*self._orders, strict=True) if self._orders else ((),) * 5
        lines_each = np.array(counts, np.int64)
        starts = np.cumsum(lines_each) - lines_each
        order = np.repeat(np.arange(len(counts)), lines_each)
        return pa.table({
            "position": pa.array(positions, pa.int64()).take(order),
            "line": pa.array(np.arange(len(order)) - starts[order], pa.int64()),
            "person_id": pa.array(people, pa.int64()).take(order),
            "occurred_at": read_times(pa.array(times, pa.string())).take(order),
            "order_id": pa.array(order_ids, pa.string()).take(order),
            "product_id": pa.array(self._product_ids, pa.string()),
            "quantity": pa.array(self._quantities, pa.float64()),
            "amount_minor": pa.array(self._amounts, pa.int64()),
            "properties": pa.array(self._properties, pa.string()),
        })  # fmt: skip
