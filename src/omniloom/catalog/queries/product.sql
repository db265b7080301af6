-- store: events
-- product: one product. in: :product_id
-- out: product_id, name, category, department, brand, properties, updated_at
select product_id, name, category, department, brand, properties, updated_at
from catalog_product
where product_id = :product_id
