-- store: events
create table segments_member (
    segment_id varchar not null,
    person_id bigint not null,
    entered_at timestamp not null
);
create table segments_change (
    change_id bigint not null,
    segment_id varchar not null,
    segment varchar not null,
    person_id bigint not null,
    is_entry boolean not null,
    changed_at timestamp not null
);
