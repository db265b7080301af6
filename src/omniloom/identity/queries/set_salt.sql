-- store: state
-- set_salt: what tombstones are digested with from now on. in: :salt
insert into identity_salt (salt) values (:salt)
