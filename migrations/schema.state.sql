-- The state store after every migration. Written by `make schema`: change a migration, not this file.

CREATE TABLE access_session (
    token_hash text primary key,
    user_id text not null,
    created_at bigint not null,
    expires_at bigint not null
);

CREATE TABLE access_token (
    token_hash text primary key,
    name text not null unique,
    role text not null,
    created_at bigint not null
);

CREATE TABLE access_try (
    key text not null,
    at bigint not null
);

CREATE TABLE access_user (
    user_id text primary key,
    email text not null unique,
    name text not null,
    password_hash text not null,
    role text not null,
    language text not null,
    theme text not null,
    is_active bigint not null,
    created_at bigint not null
);

CREATE TABLE collect_arrival (
    source_id text not null,
    type text not null,
    name text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    events bigint not null,
    flagged bigint not null,
    looked bigint not null,
    primary key (source_id, type, name)
);

CREATE TABLE collect_arrival_day (
    source_id text not null,
    type text not null,
    name text not null,
    day bigint not null,
    events bigint not null,
    primary key (source_id, type, name, day)
);

CREATE TABLE collect_arrival_field (
    source_id text not null,
    type text not null,
    name text not null,
    path text not null,
    kind text not null,
    seen bigint not null,
    primary key (source_id, type, name, path, kind)
);

CREATE TABLE collect_arrival_miss (
    source_id text not null,
    type text not null,
    name text not null,
    path text not null,
    code text not null,
    events bigint not null,
    last_at bigint not null,
    primary key (source_id, type, name, path, code)
);

CREATE TABLE collect_arrival_sample (
    source_id text not null,
    type text not null,
    name text not null,
    place bigint not null,
    seen_at bigint not null,
    body text not null,
    primary key (source_id, type, name, place)
);

CREATE TABLE collect_dead_letter (
    letter_id bigint primary key,
    source_id text not null,
    dialect text not null,
    path text not null,
    type text not null,
    name text not null,
    message_id text not null,
    reason text not null,
    field text not null,
    message text not null,
    received_at bigint not null,
    received_day bigint not null,
    raw text not null,
    is_base64 bigint not null,
    is_cut bigint not null,
    sent_at bigint,
    context text not null,
    is_history bigint not null,
    folded text not null,
    status text not null,
    status_at bigint not null,
    attempts bigint not null
);

CREATE TABLE collect_dead_letter_attempt (
    letter_id bigint not null,
    attempt bigint not null,
    tried_at bigint not null,
    is_accepted bigint not null,
    reason text not null,
    field text not null,
    message text not null,
    edited text not null, attempt_id bigint not null default 0,
    primary key (letter_id, attempt)
);

CREATE TABLE collect_import (
    import_id text primary key,
    mapping text not null,
    target text not null,
    paths text not null,
    state text not null,
    rows_total bigint not null,
    rows_read bigint not null,
    rows_rejected bigint not null,
    events_added bigint not null,
    events_known bigint not null,
    error text not null,
    started_at bigint not null,
    finished_at bigint
);

CREATE TABLE collect_plan (
    plan_id text primary key,
    name text not null unique,
    definition text not null,
    revision bigint not null,
    updated_at bigint not null,
    updated_by text not null
);

CREATE TABLE collect_reject (
    import_id text not null,
    path text not null,
    row_number bigint not null,
    field text not null,
    reason text not null,
    value text not null
);

CREATE TABLE collect_source (
    source_id text primary key,
    name text not null unique,
    kind text not null,
    write_key text not null unique,
    created_at bigint not null,
    disabled_at bigint
);

CREATE TABLE collect_webhook (
    hook_id text primary key,
    source_id text not null,
    name text not null unique,
    connector text not null,
    definition text not null,
    secret text not null,
    options text not null,
    is_enabled bigint not null,
    created_at bigint not null,
    changed_at bigint not null
);

CREATE TABLE collect_webhook_seen (
    hook_id text not null,
    delivery text not null,
    expires_at bigint not null,
    primary key (hook_id, delivery)
);

CREATE TABLE identity_apart (
    person_id bigint not null,
    other_id bigint not null,
    since bigint not null,
    said_by text not null,
    primary key (person_id, other_id)
);

CREATE TABLE identity_came_since (
    erasure_id text primary key,
    kept_out bigint not null,
    struck bigint not null,
    last_at bigint not null
);

CREATE TABLE identity_erased (
    person_id bigint primary key,
    erasure_id text not null,
    erased_at bigint not null
);

CREATE TABLE identity_identifier (
    kind text not null,
    value text not null,
    person_id bigint not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null, shared_position bigint, shared_id bigint, verified_at bigint, verified_in text,
    primary key (kind, value)
);

CREATE TABLE identity_kept_out (
    position bigint primary key
, struck text, is_theirs bigint not null default 0);

CREATE TABLE identity_matching (
    job_id text primary key,
    fence bigint not null,
    automatic double precision not null,
    started_by text not null,
    started_at bigint not null,
    stage text not null,
    share double precision not null,
    is_stopping bigint not null,
    outcome text not null,
    people bigint,
    merged bigint,
    waiting bigint,
    refused bigint,
    threshold double precision,
    estimated_precision double precision,
    error text,
    ended_at bigint
);

CREATE TABLE identity_merge (
    merge_id text primary key,
    from_id bigint not null,
    into_id bigint not null,
    rule text not null,
    evidence text not null,
    merged_at bigint not null,
    version bigint not null,
    undone_at bigint
, joined_kind text, joined_value text, position bigint not null default 0, undone_by text, undone_position bigint, undone_version bigint, from_end bigint, into_end bigint);

CREATE TABLE identity_pair (
    left_id bigint not null,
    right_id bigint not null,
    probability double precision not null,
    reasons text not null,
    status text not null,
    proposed_at bigint not null,
    decided_at bigint,
    decided_by text, merge_id text,
    primary key (left_id, right_id)
);

CREATE TABLE identity_person (
    person_id bigint primary key,
    root_id bigint not null,
    created_at bigint not null,
    version bigint not null default 0
);

CREATE TABLE identity_salt (
    salt text primary key
);

CREATE TABLE identity_stranger (
    kind text not null,
    value text not null,
    person_id bigint not null,
    primary key (kind, value, person_id)
);

CREATE TABLE identity_tombstone (
    digest text primary key,
    kind text not null,
    erasure_id text not null,
    erased_at bigint not null
);

CREATE TABLE journeys_campaign (
    campaign_id text primary key,
    name text not null unique,
    segment_id text not null,
    channels text not null,
    templates text not null,
    cost_per_message_minor text not null,
    currency text not null,
    state text not null,
    state_reason text not null,
    state_detail text not null,
    audience bigint not null,
    planned_through bigint not null,
    scheduled_at bigint,
    launched_at bigint,
    frozen_at bigint,
    planned_at bigint,
    finished_at bigint,
    created_at bigint not null,
    updated_at bigint not null
, advertiser text not null default '');

CREATE TABLE messaging_address (
    channel text not null,
    address text not null,
    verified_at bigint not null,
    verified_by text not null,
    primary key (channel, address)
);

CREATE TABLE messaging_attempt (
    send_key text primary key,
    send_id text not null,
    campaign_id text not null,
    person_id bigint not null,
    channel text not null,
    address text not null,
    state text not null,
    reason text not null,
    provider_id text not null,
    tries bigint not null,
    fence bigint not null,
    intent_at bigint not null,
    finished_at bigint,
    reported bigint not null
);

CREATE TABLE messaging_channel (
    channel text primary key,
    is_enabled bigint not null,
    settings text not null,
    updated_at bigint not null
);

CREATE TABLE messaging_decision (
    send_id text not null,
    at bigint not null,
    channel text not null,
    verdict text not null,
    reason text not null,
    detail text not null
);

CREATE TABLE messaging_link (
    link_id text primary key,
    campaign_id text not null,
    url text not null,
    unique (campaign_id, url)
);

CREATE TABLE messaging_mailing (
    campaign_id text primary key,
    name text not null,
    kind text not null,
    channels text not null,
    templates text not null,
    state text not null,
    state_reason text not null,
    created_at bigint not null
, advertiser text not null default '');

CREATE TABLE messaging_opt_in (
    request_id text primary key,
    state text not null,
    send_id text not null,
    person_id bigint not null,
    channel text not null,
    address text not null,
    advertiser text not null,
    purpose text not null,
    wording text not null,
    wording_version text not null,
    language text not null,
    ip text not null,
    user_agent text not null,
    evidence text not null,
    requested_at bigint not null,
    expires_at bigint not null,
    confirmed_at bigint not null
);

CREATE TABLE messaging_outbox (
    message_id text primary key,
    body text not null
);

CREATE TABLE messaging_policy (
    key text primary key,
    value text not null,
    updated_at bigint not null
);

CREATE TABLE messaging_reach (
    part text primary key,
    counted_through bigint not null,
    counts text not null,
    mark text not null,
    counted_at bigint not null
);

CREATE TABLE messaging_recognition (
    request_id text primary key,
    way text not null,
    state text not null,
    channel text not null,
    kind text not null,
    value text not null,
    person_id bigint not null,
    send_id text not null,
    anonymous_id text not null,
    browser text not null,
    tries bigint not null,
    place text not null,
    benefit text not null,
    language text not null,
    ip text not null,
    user_agent text not null,
    requested_at bigint not null,
    expires_at bigint not null,
    proved_at bigint not null
, is_buried bigint not null default 0);

CREATE TABLE "messaging_send" (
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

CREATE TABLE "messaging_suppression" (
    channel text not null,
    address text not null,
    advertiser text not null default '',
    reason text not null,
    evidence text not null,
    created_at bigint not null,
    primary key (channel, address, advertiser)
);

CREATE TABLE messaging_template (
    template_id text primary key,
    name text not null unique,
    channel text not null,
    subject text not null,
    body text not null,
    created_at bigint not null,
    updated_at bigint not null
, topic text not null default '');

CREATE TABLE messaging_way (
    way text primary key,
    settings text not null,
    updated_at bigint not null
);

CREATE TABLE privacy_erasure (
    erasure_id text primary key,
    request_id text not null,
    person_ids text not null,
    state text not null,
    reason text not null,
    asked_by text not null,
    asked_at bigint not null,
    log_through bigint not null,
    finished_at bigint not null,
    counts text not null
, refusals_through bigint not null default 0, look_round bigint, look_from bigint not null default 0, look_to bigint not null default 0);

CREATE TABLE privacy_incident (
    incident_id text primary key,
    found_at bigint not null,
    noted_at bigint not null,
    noted_by text not null,
    what text not null,
    data text not null,
    people bigint not null,
    cause text not null,
    harm text not null,
    measures text not null,
    contact text not null,
    findings text not null,
    first_sent_at bigint not null,
    first_reference text not null,
    full_sent_at bigint not null,
    full_reference text not null
);

CREATE TABLE privacy_incident_line (
    incident_id text not null,
    place bigint not null,
    said_at bigint not null,
    said_by text not null,
    what text not null,
    data text not null,
    people bigint not null,
    cause text not null,
    harm text not null,
    measures text not null,
    contact text not null,
    primary key (incident_id, place)
);

CREATE TABLE privacy_proof (
    proof_id text primary key,
    erasure_id text not null,
    subject text not null,
    advertiser text not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    wording_hash text not null,
    wording_version text not null,
    method text not null,
    occurred_at bigint not null,
    recorded_at bigint not null
);

CREATE TABLE privacy_rule (
    subject text primary key,
    days bigint not null,
    updated_at bigint not null,
    updated_by text not null
);

CREATE TABLE profiles_card (
    person_id bigint primary key,
    name text not null,
    folded_name text not null,
    city text not null,
    timezone text not null,
    language text not null
);

CREATE TABLE profiles_company (
    company_id bigint primary key,
    inn text not null unique,
    name text not null,
    created_at bigint not null,
    created_by text not null
);

CREATE TABLE "profiles_consent" (
    person_id bigint not null,
    advertiser text not null default '',
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    occurred_at bigint not null,
    message_id text not null,
    primary key (person_id, advertiser, channel, purpose)
);

CREATE TABLE profiles_consent_ledger (
    person_id bigint not null,
    place bigint not null,
    source_id text not null,
    message_id text not null,
    advertiser text not null,
    channel text not null,
    purpose text not null,
    is_given bigint not null,
    wording text not null,
    wording_hash text not null,
    wording_version text not null,
    method text not null,
    ip text not null,
    user_agent text not null,
    evidence text not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    link text not null,
    primary key (person_id, place),
    unique (message_id, source_id, advertiser, channel, purpose)
);

CREATE TABLE profiles_erasing (
    person_id bigint primary key,
    since bigint not null
);

CREATE TABLE profiles_name_piece (
    piece text not null,
    word text not null,
    primary key (piece, word)
);

CREATE TABLE profiles_name_word (
    word text not null,
    person_id bigint not null,
    primary key (word, person_id)
);

CREATE TABLE profiles_preference (
    person_id bigint primary key,
    frequency text not null,
    paused_until bigint not null,
    language text not null,
    reply_channel text not null,
    topics_off text not null,
    updated_at bigint not null
);

CREATE TABLE profiles_privacy_request (
    request_id text primary key,
    person_id bigint not null,
    kind text not null,
    state text not null,
    method text not null,
    ip text not null,
    user_agent text not null,
    requested_at bigint not null,
    settled_at bigint not null,
    settled_by text not null
);

CREATE TABLE profiles_relation (
    relation_id text primary key,
    kind text not null,
    person_id bigint not null,
    other_id bigint,
    company_id bigint,
    role text not null,
    since text not null,
    source text not null,
    created_at bigint not null,
    created_by text not null
);

CREATE TABLE profiles_survivorship (
    key text primary key,
    rule text not null,
    sources text not null,
    updated_by text not null,
    updated_at bigint not null
);

CREATE TABLE profiles_topic (
    topic text primary key,
    title_en text not null,
    title_ru text not null,
    about_en text not null,
    about_ru text not null,
    place bigint not null,
    is_offered bigint not null,
    updated_at bigint not null
);

CREATE TABLE profiles_wording (
    name text not null,
    version bigint not null,
    language text not null,
    text text not null,
    hash text not null,
    created_by text not null,
    created_at bigint not null,
    primary key (name, version, language)
);

CREATE TABLE segments_segment (
    segment_id text primary key,
    name text not null,
    definition text not null,
    created_at bigint not null,
    updated_at bigint not null,
    refreshed_at bigint,
    members bigint not null,
    archived_at bigint
);

CREATE TABLE store_cursor (
    name text primary key,
    position bigint not null
);

CREATE TABLE store_duplicate (
    position bigint primary key,
    is_conflict bigint not null
);

CREATE TABLE store_lease (
    name text primary key,
    holder text not null,
    fence bigint not null,
    expires_at bigint not null
);

CREATE TABLE store_migration (name text primary key);

CREATE TABLE store_seen_batch (
    batch_id bigint primary key,
    settled_at bigint not null,
    body blob not null
);

CREATE TABLE store_seen_row (
    run_id bigint not null,
    bucket bigint not null,
    body blob not null,
    primary key (run_id, bucket)
);

CREATE TABLE store_seen_run (
    run_id bigint primary key,
    ids bigint not null,
    expires_at bigint,
    filter blob not null
);

CREATE INDEX access_session_user on access_session (user_id);

CREATE INDEX access_try_key on access_try (key, at);

CREATE INDEX collect_dead_letter_attempt_number on collect_dead_letter_attempt (attempt_id);

CREATE INDEX collect_dead_letter_received on collect_dead_letter (received_at);

CREATE INDEX collect_dead_letter_source on collect_dead_letter (source_id, letter_id);

CREATE INDEX collect_dead_letter_status on collect_dead_letter (status, letter_id);

CREATE INDEX collect_reject_import on collect_reject (import_id, row_number);

CREATE INDEX collect_webhook_seen_expiry on collect_webhook_seen (expires_at);

CREATE INDEX identity_apart_other on identity_apart (other_id);

CREATE INDEX identity_identifier_person on identity_identifier (person_id);

CREATE INDEX identity_identifier_seen on identity_identifier (last_seen_at);

CREATE INDEX identity_matching_started on identity_matching (started_at);

CREATE INDEX identity_merge_from on identity_merge (from_id);

CREATE INDEX identity_merge_from_end on identity_merge (from_end);

CREATE INDEX identity_merge_into on identity_merge (into_id);

CREATE INDEX identity_merge_into_end on identity_merge (into_end);

CREATE INDEX identity_merge_joined on identity_merge (joined_kind, joined_value);

CREATE INDEX identity_merge_position on identity_merge (position);

CREATE INDEX identity_pair_open on identity_pair (status, probability);

CREATE INDEX identity_pair_right on identity_pair (right_id);

CREATE INDEX identity_person_root on identity_person (root_id);

CREATE INDEX identity_person_version on identity_person (version);

CREATE INDEX identity_stranger_person on identity_stranger (person_id);

CREATE INDEX identity_tombstone_erasure on identity_tombstone (erasure_id);

CREATE INDEX journeys_campaign_state on journeys_campaign (state);

CREATE INDEX messaging_attempt_address on messaging_attempt (campaign_id, address);

CREATE INDEX messaging_attempt_person on messaging_attempt (person_id, intent_at);

CREATE INDEX messaging_attempt_reached on messaging_attempt (channel, address) where state = 'accepted';

CREATE INDEX messaging_attempt_reported on messaging_attempt (reported) where reported = 0;

CREATE INDEX messaging_attempt_send on messaging_attempt (send_id);

CREATE INDEX messaging_decision_send on messaging_decision (send_id, at);

CREATE INDEX messaging_opt_in_address on messaging_opt_in (channel, address, requested_at);

CREATE INDEX messaging_opt_in_new on messaging_opt_in (requested_at) where state = 'new';

CREATE INDEX messaging_opt_in_person on messaging_opt_in (person_id);

CREATE INDEX messaging_opt_in_send on messaging_opt_in (send_id);

CREATE INDEX messaging_recognition_buried on messaging_recognition (requested_at) where is_buried = 1;

CREATE INDEX messaging_recognition_ip on messaging_recognition (ip, requested_at);

CREATE INDEX messaging_recognition_new on messaging_recognition (requested_at) where state = 'new';

CREATE INDEX messaging_recognition_over on messaging_recognition (expires_at) where state <> 'proved';

CREATE INDEX messaging_recognition_person on messaging_recognition (person_id);

CREATE INDEX messaging_recognition_send on messaging_recognition (send_id);

CREATE INDEX messaging_recognition_value on messaging_recognition (kind, value, requested_at);

CREATE INDEX messaging_send_claimed on messaging_send (claimed_by) where leased_until > 0;

CREATE INDEX messaging_send_due on messaging_send (campaign_id, state, not_before);

CREATE INDEX messaging_send_leased on messaging_send (leased_until) where leased_until > 0;

CREATE INDEX messaging_send_person on messaging_send (person_id, updated_at);

CREATE INDEX privacy_erasure_state on privacy_erasure (state);

CREATE TRIGGER privacy_incident_line_never_changes before update on privacy_incident_line
begin select raise(abort, 'privacy_incident_line is append-only'); end;

CREATE TRIGGER privacy_incident_line_never_goes before delete on privacy_incident_line when not 0
begin select raise(abort, 'privacy_incident_line is append-only'); end;

CREATE INDEX privacy_proof_subject on privacy_proof (subject);

CREATE INDEX profiles_card_name on profiles_card (folded_name);

CREATE INDEX profiles_consent_advertiser on profiles_consent (advertiser) where advertiser <> '';

CREATE TRIGGER profiles_consent_ledger_never_changes before update on profiles_consent_ledger
begin select raise(abort, 'profiles_consent_ledger is append-only'); end;

CREATE TRIGGER profiles_consent_ledger_never_goes before delete on profiles_consent_ledger when not exists (select 1 from profiles_erasing where profiles_erasing.person_id = old.person_id)
begin select raise(abort, 'profiles_consent_ledger is append-only'); end;

CREATE INDEX profiles_name_word_person on profiles_name_word (person_id);

CREATE INDEX profiles_privacy_request_person on profiles_privacy_request (person_id);

CREATE INDEX profiles_privacy_request_state on profiles_privacy_request (state, requested_at);

CREATE INDEX profiles_relation_company on profiles_relation (company_id);

CREATE INDEX profiles_relation_other on profiles_relation (other_id);

CREATE INDEX profiles_relation_person on profiles_relation (person_id);

CREATE INDEX profiles_wording_hash on profiles_wording (hash);

CREATE TRIGGER profiles_wording_never_changes before update on profiles_wording
begin select raise(abort, 'profiles_wording is append-only'); end;

CREATE TRIGGER profiles_wording_never_goes before delete on profiles_wording when not 0
begin select raise(abort, 'profiles_wording is append-only'); end;

CREATE UNIQUE INDEX segments_segment_name on segments_segment (name) where archived_at is null;
