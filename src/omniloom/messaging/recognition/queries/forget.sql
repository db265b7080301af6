-- store: state
-- forget: drop what was never proved and ran out long ago. in: :before
delete from messaging_recognition where state <> 'proved' and expires_at < :before
