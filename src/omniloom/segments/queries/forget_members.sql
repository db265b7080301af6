-- store: events
-- forget_members: the membership of an archived segment; nobody is announced to have left.
-- in: :segment_id
delete from segments_member where segment_id = :segment_id
