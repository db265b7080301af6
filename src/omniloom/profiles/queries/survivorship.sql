-- store: state
-- survivorship: the rules for keys on which not simply the newest word is in force.
-- out: key, rule, sources, updated_by, updated_at   order: key
select key, rule, sources, updated_by, updated_at from profiles_survivorship order by key
