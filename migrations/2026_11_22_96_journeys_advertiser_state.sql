-- store: state
-- In whose name a campaign goes, and so whose consent it needs; empty: our own.

alter table journeys_campaign add column advertiser text not null default '';
create index profiles_consent_advertiser on profiles_consent (advertiser) where advertiser <> '';
