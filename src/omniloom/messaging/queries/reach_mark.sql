-- store: state
-- reach_mark: what is other whenever anything happened that changes who can be reached: where every act stands, how many
-- addresses are on the stop list and wishes are known, and when the newest of each came.
-- in: none   out: about, name, counted, newest   rows: about thirty
select 'act' as about, name, position as counted, 0 as newest from store_cursor
union all
select 'stop list' as about, '' as name, count(*) as counted, coalesce(max(created_at), 0) as newest
from messaging_suppression
union all
select 'wishes' as about, '' as name, count(*) as counted, coalesce(max(updated_at), 0) as newest
from profiles_preference
