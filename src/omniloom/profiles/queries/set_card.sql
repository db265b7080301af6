-- store: state
-- set_card: keep one person's card. in: :person_id, :name, :folded_name, :city, :timezone, :language
insert into profiles_card (person_id, name, folded_name, city, timezone, language)
values (:person_id, :name, :folded_name, :city, :timezone, :language)
on conflict (person_id) do update set
    name = excluded.name, folded_name = excluded.folded_name, city = excluded.city, timezone = excluded.timezone,
    language = excluded.language
