-- store: events
-- forget_products: make room for the staged products. in: stage_product (columns of catalog_product)
delete from catalog_product where product_id in (select product_id from stage_product)
