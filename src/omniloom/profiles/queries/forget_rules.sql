-- store: events
-- forget_rules: make room for the rules as they are now. in: nothing
delete from profiles_rule where key <> ''
