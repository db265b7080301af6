-- store: state
-- had_benefit: whether a person, by whatever they showed, had this benefit before.
-- in: :benefit :person_id :kind :value :request_id   out: request_id   rows: one or none
select r.request_id
from messaging_recognition as r
where
    r.benefit = :benefit and r.request_id <> :request_id
    and (
        (r.value <> '' and r.kind = :kind and r.value = :value)
        or r.person_id in (
            select member.person_id from identity_person as member
            inner join identity_person as own on own.root_id = member.root_id
            where own.person_id = :person_id
        )
    )
limit 1
