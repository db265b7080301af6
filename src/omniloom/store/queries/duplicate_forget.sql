-- store: state
-- duplicate_forget: forgets duplicates of messages that left the log. in: :through (position)   out: nothing
delete from store_duplicate where position <= :through
