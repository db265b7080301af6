-- store: events
-- forget_older_traits: make room for staged words that are newer. in: stage_trait (columns of profiles_trait)
delete from profiles_trait
using stage_trait as s
where s.person_id = profiles_trait.person_id and s.key = profiles_trait.key
    and (s.occurred_at, s.message_id) >= (profiles_trait.occurred_at, profiles_trait.message_id)
