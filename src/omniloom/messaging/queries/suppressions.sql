-- store: state
-- suppressions: of these addresses, those closed to an advertiser's messages; of two reasons, the one of everybody's last.
-- in: :addresses (list) :advertiser   out: channel, address, reason
select channel, address, reason from messaging_suppression
where address in (:addresses) and advertiser in ('', :advertiser)
order by advertiser desc
