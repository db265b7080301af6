-- store: events
-- forget_trust: make room for whom the rules trust now. in: nothing
delete from profiles_trust where key <> ''
