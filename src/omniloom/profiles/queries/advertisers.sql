-- store: state
-- advertisers: all that somebody ever agreed or objected to, besides our own. in: none   out: advertiser   order: by name
select distinct advertiser from profiles_consent
where advertiser <> ''
order by advertiser
