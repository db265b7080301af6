-- store: state
-- owners: whose identifiers with these values are; 0 if many use it. in: :sought   out: kind, value, person_id
select kind, value, case when shared_position is null then person_id else 0 end as person_id
from identity_identifier
where value in (:sought)
