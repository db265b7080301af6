-- store: state
-- reach_keep: put a count in the place of the one before. in: the columns of messaging_reach
insert into messaging_reach (part, counted_through, counts, mark, counted_at)
values (:part, :counted_through, :counts, :mark, :counted_at)
on conflict (part) do update set
    counted_through = excluded.counted_through, counts = excluded.counts, mark = excluded.mark,
    counted_at = excluded.counted_at
