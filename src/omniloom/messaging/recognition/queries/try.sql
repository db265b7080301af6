-- store: state
-- try: count a try, if one is left. in: :request_id :tries_max   rows: changed
update messaging_recognition set tries = tries + 1
where request_id = :request_id and state <> 'proved' and tries < :tries_max
