-- store: state
-- consent_history: the consent lines of a person and of everyone merged into it.
-- in: :root_id   out: the columns of profiles_consent_entry   order: newest first
select
    e.source_id, e.message_id, e.person_id, e.channel, e.purpose, e.is_given, e.wording, e.method, e.occurred_at,
    e.recorded_at
from identity_person as p
join profiles_consent_entry as e on e.person_id = p.person_id
where p.root_id = :root_id
order by e.occurred_at desc, e.recorded_at desc, e.message_id
