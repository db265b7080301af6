-- store: state
-- digest_of_send: what is kept of the address of a message to somebody erased, who had asked for it and did not prove it.
-- in: :send_id :channel   out: value   rows: one or none
select r.value from messaging_recognition as r
where r.send_id = :send_id and r.channel = :channel and r.is_buried = 0 and r.state <> 'proved'
