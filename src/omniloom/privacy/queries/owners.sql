-- store: state
-- owners: whose identifiers with these values are. in: :sought   out: kind, value, person_id
select kind, value, person_id from identity_identifier where value in (:sought)
