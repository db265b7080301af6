-- store: state
-- Withdrawals whose channel, purpose or name was in another spelling were taken and not heeded: all events known by now
-- are read once more for them.
insert into store_cursor (name, position)
select 'profiles_words_left', 9223372036854775807 where exists (select 1 from identity_person);
