-- store: state
-- erasure_ids: the erasures these stores know of. out: erasure_id
select erasure_id from privacy_erasure
