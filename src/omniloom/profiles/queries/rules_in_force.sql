-- store: events
-- rules_in_force: which keys have a rule, and whom it trusts. out: key, rule, source_id (null if nobody), place
-- order: by key, the most trusted first
select r.key, r.rule, t.source_id, t.place
from profiles_rule as r left join profiles_trust as t on t.key = r.key
order by r.key, t.place
