-- store: state
-- graph_merges: the journal of merges that link parts of a person, or did. in: :person_ids
-- out: the columns of identity_merge that Joining shows   order: newest first
select
    merge_id, from_id, into_id, from_end, into_end, rule, evidence, joined_kind, joined_value, merged_at, undone_at,
    undone_by
from identity_merge
where from_end in (:person_ids) or into_end in (:person_ids)
order by version desc, merge_id
