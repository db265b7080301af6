-- store: state
-- roots_since: whose root changed after a version. in: :version   out: person_id, root_id, version   order: version
select person_id, root_id, version from identity_person where version > :version order by version, person_id
