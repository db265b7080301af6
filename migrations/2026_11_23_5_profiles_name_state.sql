-- store: state
-- Names are made of more traits: the patronymic, and first and last names under Russian and other keys. Cards up to this
-- person are made anew.
delete from store_cursor where name = 'profiles_cards_left';
insert into store_cursor (name, position)
select 'profiles_cards_left', max(person_id) from identity_person having max(person_id) is not null;
