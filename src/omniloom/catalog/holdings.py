"""The catalogue knows products, and nobody."""

from omniloom.store import Erasing, FieldClass, Holding

HOLDINGS = (
    Holding(
        store="events", table="catalog_product", purpose="what order lines speak of", kind="brand",
        fields={"name": FieldClass.PUBLIC}, erasing=Erasing.KEEP, export=False,
    ),
)  # fmt: skip
