-- store: state
-- Who can be reached on each channel, counted in the background: the newest whole count, and the one under way.
create table messaging_reach (
    part text primary key,
    counted_through bigint not null,
    counts text not null,
    mark text not null,
    counted_at bigint not null
);
