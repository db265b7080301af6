-- store: state
-- set_rule: keep something so long. in: :subject :days :now :by
insert into privacy_rule (subject, days, updated_at, updated_by) values (:subject, :days, :now, :by)
on conflict (subject) do update set
    days = excluded.days, updated_at = excluded.updated_at, updated_by = excluded.updated_by
