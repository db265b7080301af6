-- store: state
-- claim: take due messages of one mailing. in: :campaign_id :token :now :leased_until :rows_max  rows: taken
update messaging_send
set state = 'claimed', fence = fence + 1, claimed_by = :token, leased_until = :leased_until, updated_at = :now
where send_id in (
    select send_id from messaging_send
    where campaign_id = :campaign_id and state = 'planned' and not_before <= :now
    limit :rows_max
)
