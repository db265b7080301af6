-- store: state
-- policy_save: keep one field of the policy. in: :key :value :now
insert into messaging_policy (key, value, updated_at) values (:key, :value, :now)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at
