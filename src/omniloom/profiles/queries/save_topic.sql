-- store: state
-- save_topic: add or change a topic. in: the columns of profiles_topic, and :now
insert into profiles_topic (topic, title_en, title_ru, about_en, about_ru, place, is_offered, updated_at)
values (:topic, :title_en, :title_ru, :about_en, :about_ru, :place, :is_offered, :now)
on conflict (topic) do update set
    title_en = excluded.title_en, title_ru = excluded.title_ru, about_en = excluded.about_en,
    about_ru = excluded.about_ru, place = excluded.place, is_offered = excluded.is_offered,
    updated_at = excluded.updated_at
