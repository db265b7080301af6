-- store: state
-- link: the target of a tracked link. in: :link_id
select campaign_id, url from messaging_link where link_id = :link_id
