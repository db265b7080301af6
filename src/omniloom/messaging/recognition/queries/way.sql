-- store: state
-- way: how one way is set. in: :way   out: settings   rows: one or none
select settings from messaging_way where way = :way
