-- store: state
-- set_survivorship: give a key a rule. in: the columns of profiles_survivorship
insert into profiles_survivorship (key, rule, sources, updated_by, updated_at)
values (:key, :rule, :sources, :updated_by, :updated_at)
on conflict (key) do update set
    rule = excluded.rule, sources = excluded.sources, updated_by = excluded.updated_by,
    updated_at = excluded.updated_at
