-- store: state
-- Who leaves a partner's messages leaves that partner's: an address may be closed to one advertiser's messages alone.
-- Empty: to everybody's.
create table messaging_suppression_by_advertiser (
    channel text not null,
    address text not null,
    advertiser text not null default '',
    reason text not null,
    evidence text not null,
    created_at bigint not null,
    primary key (channel, address, advertiser)
);
insert into messaging_suppression_by_advertiser (channel, address, advertiser, reason, evidence, created_at)
select channel, address, '', reason, evidence, created_at from messaging_suppression;
drop table messaging_suppression;
alter table messaging_suppression_by_advertiser rename to messaging_suppression;
