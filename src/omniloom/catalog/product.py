"""Products as the brand's catalogue names them; order lines are shown with them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from omniloom.core.errors import Invalid, Missing
from omniloom.store import Stores, query

_FORGET_PRODUCTS = query(__file__, "forget_products")
_PRODUCT = query(__file__, "product")
_TEXTS = ("name", "category", "department", "brand")


@dataclass(frozen=True, slots=True)
class Product:
    """One product; texts not given are empty, everything else given is in ``properties``."""

    product_id: str
    name: str
    category: str
    department: str
    brand: str
    properties: dict[str, Any]
    updated_at: datetime


def load_products(stores: Stores, rows: Iterable[list[dict[str, Any]]], *, now: datetime) -> int:
    """Add products or replace those with the same ``product_id``; how many were loaded.

    Shapes: lists of {product_id, name?, category?, department?, brand?, anything else}; each list is one transaction.
            Of two rows with one product_id in a list the later stands.
    Errors: Invalid if a row has no product_id; the lists before it stay loaded, and loading again adds nothing twice.
    """
    loaded = 0
    for batch in rows:
        products = {product_id: row for row in batch if (product_id := _product_id(row))}
        if not products:
            continue
        with stores.events.write() as tx:
            tx.stage("product", _columns(products, now))
            tx.run(_FORGET_PRODUCTS)
            tx.append("catalog_product", _columns(products, now))
        loaded += len(products)
    return loaded


def product(stores: Stores, product_id: str) -> Product:
    """One product. Errors: Missing if the catalogue has none by that id."""
    with stores.events.read() as tx:
        row = tx.one(_PRODUCT, product_id=product_id)
    if row is None:
        raise Missing(f"no product {product_id!r}", hint="import products first", product_id=product_id)
    return Product(**{**row, "properties": msgspec.json.decode(row["properties"])})


def _product_id(row: dict[str, Any]) -> str:
    product_id = _text(row.get("product_id"))
    if not product_id:
        raise Invalid("a product has no product_id", hint="map a column to product_id", field="product_id")
    return product_id


def _columns(products: dict[str, dict[str, Any]], now: datetime) -> pa.Table:
    known = {field.name for field in fields(Product)}
    rest = [{key: value for key, value in row.items() if key not in known} for row in products.values()]
    texts = {name: pa.array([_text(row.get(name)) for row in products.values()], pa.string()) for name in _TEXTS}
    return pa.table({
        "product_id": pa.array(products, pa.string()),
        **texts,
        "properties": pa.array([msgspec.json.encode(properties) for properties in rest], pa.string()),
        "updated_at": pa.array([now] * len(products), pa.timestamp("us")),
    })  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
