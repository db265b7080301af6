"""Catalog: the products that orders are about.

Tables: catalog_product (event store). Invariant: one row per product_id; loading the same products again changes
nothing but ``updated_at``.
"""

from omniloom.catalog.holdings import HOLDINGS
from omniloom.catalog.product import Product, load_products, product

__all__ = ["HOLDINGS", "Product", "load_products", "product"]
