-- store: state
-- consent_chain_ends: the last line of each person's chain. in: :person_ids   out: person_id, place, link
select l.person_id, l.place, l.link
from profiles_consent_ledger as l
inner join (
    select person_id, max(place) as place from profiles_consent_ledger where person_id in (:person_ids) group by person_id
) as e on e.person_id = l.person_id and e.place = l.place
