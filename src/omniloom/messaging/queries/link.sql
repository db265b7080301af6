-- store: state
-- link: the target of a tracked link. in: :link_id
-- out: campaign_id, url
select campaign_id, url from messaging_link where link_id = :link_id
