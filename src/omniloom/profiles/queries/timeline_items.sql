-- store: events
-- timeline_items: the lines of orders, with the products' names.
-- in: :positions, and their bounds with the people's: :position_min, :position_max, :person_min, :person_max
-- The bounds say the same as the list in a form that lets the engine skip row groups of a large table.
-- out: position, line, product_id, name, category, quantity, amount_minor, properties   order: as in the orders
select i.position, i.line, i.product_id, p.name, p.category, i.quantity, i.amount_minor, i.properties
from identity_history_item as i
left join catalog_product as p on p.product_id = i.product_id
where i.position in (:positions) and i.position >= :position_min and i.position <= :position_max
    and i.original_id >= :person_min and i.original_id <= :person_max
order by i.position, i.line
