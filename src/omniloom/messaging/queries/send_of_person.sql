-- store: state
-- send_of_person: a person's message in a campaign. in: :campaign_id :person_id
-- out: send_id
select send_id from messaging_send where campaign_id = :campaign_id and person_id = :person_id
