-- store: state
-- consents_of: words in force of people and of everyone merged into them (the reader takes the newest).
-- in: :root_ids   out: root_id, advertiser, channel, purpose, is_given, occurred_at
select p.root_id, c.advertiser, c.channel, c.purpose, c.is_given, c.occurred_at
from identity_person as p
join profiles_consent as c on c.person_id = p.person_id
where p.root_id in (:root_ids)
