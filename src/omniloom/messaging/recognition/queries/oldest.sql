-- store: state
-- oldest: one recognition that ran out long ago, if there is one. in: :before   out: request_id
select request_id from messaging_recognition where state <> 'proved' and expires_at < :before limit 1
