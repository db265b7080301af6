-- store: state
-- reach_kept: the newest whole count, and the one under way. in: none   out: the columns of messaging_reach
select part, counted_through, counts, mark, counted_at from messaging_reach
