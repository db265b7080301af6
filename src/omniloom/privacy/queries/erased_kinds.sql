-- store: state
-- erased_kinds: the kinds of identifiers that anybody erased had. in: none   out: kind
select distinct kind from identity_tombstone order by kind
