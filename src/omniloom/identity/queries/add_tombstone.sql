-- store: state
-- add_tombstone: an identifier of somebody erased, as a digest. in: :digest :kind :erasure_id :erased_at
insert into identity_tombstone (digest, kind, erasure_id, erased_at) values (:digest, :kind, :erasure_id, :erased_at)
on conflict (digest) do update set erasure_id = excluded.erasure_id, erased_at = excluded.erased_at
