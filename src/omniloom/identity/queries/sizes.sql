-- store: state
-- sizes: how many people are part of each, themselves included. in: :root_ids   out: root_id, members
select root_id, count(*) as members from identity_person where root_id in (:root_ids) group by root_id
