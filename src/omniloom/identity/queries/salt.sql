-- store: state
-- salt: what tombstones are digested with. out: salt   rows: at most one
select salt from identity_salt
