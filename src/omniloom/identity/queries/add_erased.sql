-- store: state
-- add_erased: a person was erased; the number is never given again. in: :person_id :erasure_id :erased_at
insert into identity_erased (person_id, erasure_id, erased_at) values (:person_id, :erasure_id, :erased_at)
on conflict (person_id) do nothing
