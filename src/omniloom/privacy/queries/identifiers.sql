-- store: state
-- identifiers: what names people and nobody else: shared identifiers are left out. in: :people   out: kind, value
select kind, value from identity_identifier where person_id in (:people) and shared_position is null order by kind, value
