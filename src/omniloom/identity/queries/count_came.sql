-- store: state
-- count_came: an event came that names somebody erased. in: :erasure_id :kept_out :struck :last_at
insert into identity_came_since (erasure_id, kept_out, struck, last_at)
values (:erasure_id, :kept_out, :struck, :last_at)
on conflict (erasure_id) do update set
    kept_out = identity_came_since.kept_out + excluded.kept_out,
    struck = identity_came_since.struck + excluded.struck, last_at = excluded.last_at
