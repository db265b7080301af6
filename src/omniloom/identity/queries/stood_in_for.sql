-- store: state
-- stood_in_for: shared identifiers that certain people stand in for. in: :person_ids   out: kind, value
select kind, value from identity_identifier where shared_id in (:person_ids) order by kind, value
