-- store: state
-- A message belongs to whose address it goes to; whom it was planned for is kept beside, so that a campaign plans nobody
-- twice and a try again keeps its key.
create table messaging_send_by_owner (
    send_id text primary key,
    campaign_id text not null,
    planned_id bigint not null,
    person_id bigint not null,
    state text not null,
    reason text not null,
    channel text not null,
    context text not null,
    fence bigint not null,
    claimed_by text not null,
    leased_until bigint not null,
    not_before bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (campaign_id, planned_id)
);
insert into messaging_send_by_owner (
    send_id, campaign_id, planned_id, person_id, state, reason, channel, context, fence, claimed_by, leased_until,
    not_before, created_at, updated_at
)
select
    send_id, campaign_id, person_id, person_id, state, reason, channel, context, fence, claimed_by, leased_until,
    not_before, created_at, updated_at
from messaging_send;
drop table messaging_send;
alter table messaging_send_by_owner rename to messaging_send;
create index messaging_send_claimed on messaging_send (claimed_by) where leased_until > 0;
create index messaging_send_due on messaging_send (campaign_id, state, not_before);
create index messaging_send_leased on messaging_send (leased_until) where leased_until > 0;
create index messaging_send_person on messaging_send (person_id, updated_at);
-- What went to an address, or was asked of it, under whoever its person was part of then: to its person, if they are one
-- still. Where they are two by now nothing tells a merge that was undone from an address that changed hands.
update messaging_attempt set person_id = (
    select i.person_id from identity_identifier as i
    where i.kind = case when messaging_attempt.channel = 'sms' then 'phone' else messaging_attempt.channel end
        and i.value = messaging_attempt.address
)
where exists (
    select 1 from identity_identifier as i
    inner join identity_person as p on p.person_id = i.person_id
    inner join identity_person as q on q.root_id = p.root_id
    where i.kind = case when messaging_attempt.channel = 'sms' then 'phone' else messaging_attempt.channel end
        and i.value = messaging_attempt.address and i.shared_position is null
        and q.person_id = messaging_attempt.person_id and i.person_id <> messaging_attempt.person_id
);
update messaging_send set person_id = (
    select a.person_id from messaging_attempt as a
    where a.send_id = messaging_send.send_id and a.channel = messaging_send.channel
)
where exists (
    select 1 from messaging_attempt as a
    where a.send_id = messaging_send.send_id and a.channel = messaging_send.channel
        and a.person_id <> messaging_send.person_id
);
update messaging_opt_in set person_id = (
    select i.person_id from identity_identifier as i
    where i.kind = case when messaging_opt_in.channel = 'sms' then 'phone' else messaging_opt_in.channel end
        and i.value = messaging_opt_in.address
)
where exists (
    select 1 from identity_identifier as i
    inner join identity_person as p on p.person_id = i.person_id
    inner join identity_person as q on q.root_id = p.root_id
    where i.kind = case when messaging_opt_in.channel = 'sms' then 'phone' else messaging_opt_in.channel end
        and i.value = messaging_opt_in.address and i.shared_position is null
        and q.person_id = messaging_opt_in.person_id and i.person_id <> messaging_opt_in.person_id
);
update messaging_recognition set person_id = (
    select i.person_id from identity_identifier as i
    where i.kind = messaging_recognition.kind and i.value = messaging_recognition.value
)
where exists (
    select 1 from identity_identifier as i
    inner join identity_person as p on p.person_id = i.person_id
    inner join identity_person as q on q.root_id = p.root_id
    where i.kind = messaging_recognition.kind and i.value = messaging_recognition.value
        and i.shared_position is null
        and q.person_id = messaging_recognition.person_id and i.person_id <> messaging_recognition.person_id
);
