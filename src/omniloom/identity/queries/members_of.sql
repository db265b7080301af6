-- store: state
-- members_of: everyone who is part of people by now, themselves included. in: :root_ids   out: root_id, person_id
select root_id, person_id from identity_person where root_id in (:root_ids) order by root_id, person_id
