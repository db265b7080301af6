-- store: state
-- way_save: keep how a way is set. in: :way :settings :now
insert into messaging_way (way, settings, updated_at) values (:way, :settings, :now)
on conflict (way) do update set settings = excluded.settings, updated_at = excluded.updated_at
