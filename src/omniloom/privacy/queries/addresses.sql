-- store: state
-- addresses: where messages to people went. in: :people   out: address
select distinct address from messaging_attempt where person_id in (:people)
