-- store: state
-- forget_survivorship: the newest word counts again on a key. in: :key
delete from profiles_survivorship where key = :key
