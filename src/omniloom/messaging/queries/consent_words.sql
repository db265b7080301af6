-- store: state
-- consent_words: our own words in force of a person and whoever was merged into it, the newest first by channel; at
-- the same instant a withdrawal comes first. in: :root_id :purpose   out: channel, is_given, occurred_at
select c.channel, c.is_given, c.occurred_at
from identity_person as p
inner join profiles_consent as c on c.person_id = p.person_id
where p.root_id = :root_id and c.purpose = :purpose and c.advertiser = ''
order by c.occurred_at desc, c.is_given, c.channel
