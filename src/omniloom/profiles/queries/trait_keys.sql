-- store: events
-- trait_keys: which traits there are, and how many people have each. out: key, people   order: most people first
select key, count(*) as people from profiles_trait_current group by key order by people desc, key
