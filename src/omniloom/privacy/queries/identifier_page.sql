-- store: state
-- identifier_page: all identifiers, a page behind one. in: :kind :value :rows_max   out: kind, value, person_id
select kind, value, person_id from identity_identifier
where kind > :kind or (kind = :kind and value > :value)
order by kind, value
limit :rows_max
