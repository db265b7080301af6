-- store: events
-- Memberships that a merge hides: whoever was in, and is part of somebody by now who is not. Un-merging gives them back.
create table segments_aside (
    segment_id varchar not null,
    person_id bigint not null,
    entered_at timestamp not null
);
