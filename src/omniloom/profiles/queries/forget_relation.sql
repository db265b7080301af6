-- store: state
-- forget_relation: a relation ends. in: :relation_id   rows: 1, or 0 if there is none
delete from profiles_relation where relation_id = :relation_id
