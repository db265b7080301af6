-- store: state
-- Words of names are also kept under a key of their consonants (among the pieces, with a ~ before it), by which foreign
-- names are found as they sound. Cards up to this person are made anew, so that the words there are get theirs.
delete from store_cursor where name = 'profiles_cards_left';
insert into store_cursor (name, position)
select 'profiles_cards_left', max(person_id) from identity_person having max(person_id) is not null;
