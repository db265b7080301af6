-- store: state
-- reach_mark: another number whenever anything happened: every act's cursor, and those of merges and erasures, only grow.
-- in: none   out: mark   rows: one
select cast(coalesce(sum(position), 0) as text) as mark from store_cursor
