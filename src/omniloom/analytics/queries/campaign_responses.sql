-- store: events
-- campaign_responses: how many people each kind of outcome of one campaign's messages concerns; machines left out.
-- in: :campaign_id :names   out: name, people
select name, count(distinct person_id) as people
from identity_history
where campaign_id = :campaign_id and name in (:names)
    and coalesce(json_extract_string(properties, '$.is_machine'), 'false') <> 'true'
group by name
