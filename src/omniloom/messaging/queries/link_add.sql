-- store: state
-- link_add: a tracked link and its target. in: :link_id :campaign_id :url
insert into messaging_link (link_id, campaign_id, url) values (:link_id, :campaign_id, :url)
on conflict do nothing
