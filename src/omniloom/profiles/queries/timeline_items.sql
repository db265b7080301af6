-- store: events
-- timeline_items: the lines of orders, with the products' names. in: :person_ids, :positions
-- out: position, line, product_id, name, category, quantity, amount_minor, properties   order: as in the orders
select i.position, i.line, i.product_id, p.name, p.category, i.quantity, i.amount_minor, i.properties
from identity_history_item as i
left join catalog_product as p on p.product_id = i.product_id
where i.original_id in (:person_ids) and i.position in (:positions)
order by i.position, i.line
