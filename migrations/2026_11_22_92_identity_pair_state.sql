-- store: state
-- identity_pair: two people who are likely one, with the reasons; a pair that was rejected is never asked about again.
create table identity_pair (
    left_id bigint not null,
    right_id bigint not null,
    probability double precision not null,
    reasons text not null,
    status text not null,
    proposed_at bigint not null,
    decided_at bigint,
    decided_by text,
    primary key (left_id, right_id)
);
create index identity_pair_right on identity_pair (right_id);
create index identity_pair_open on identity_pair (status, probability);
