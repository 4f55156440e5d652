-- Who may call: users, sessions, API keys, client tokens. What they may use: quotas and usage. What they did: the
-- audit log, and the requests that must not be done twice.
--
-- A tenant's own rows are from now on only touched by deskbell_server, bound to that tenant; deskbell_platform
-- lists and creates tenants.

-- ---- tenants and agents: versions for etags, and the policy on personal data

alter table tenants
    add column version bigint not null default 1 check (version >= 1),
    add column phone_numbers text not null default 'keep' check (phone_numbers in ('keep', 'mask', 'drop')),
    add column email_addresses text not null default 'keep' check (email_addresses in ('keep', 'mask', 'drop')),
    add column card_numbers text not null default 'mask' check (card_numbers in ('keep', 'mask', 'drop')),
    add column national_ids text not null default 'mask' check (national_ids in ('keep', 'mask', 'drop')),
    add column audio_days integer not null default 0 check (audio_days between 0 and 3650),
    add column transcript_days integer not null default 0 check (transcript_days between 0 and 3650),
    add column lead_days integer not null default 0 check (lead_days between 0 and 3650);
comment on column tenants.transcript_days is 'after which they are deleted; 0: never';

alter table agents add column version bigint not null default 1 check (version >= 1);

revoke update, delete on tenants from deskbell_platform;
grant update (
    display_name, industry, language_code, time_zone, updated_at, version, phone_numbers, email_addresses,
    card_numbers, national_ids, audio_days, transcript_days, lead_days
), delete on tenants to deskbell_server;
create policy server_changes_its_tenant on tenants for update to deskbell_server
    using (id = current_setting('app.tenant_id', true))
    with check (id = current_setting('app.tenant_id', true));
create policy server_deletes_its_tenant on tenants for delete to deskbell_server
    using (id = current_setting('app.tenant_id', true));

-- ---- conversations: who began them, and how they are deleted

alter table conversations add column created_by text not null default '' check (char_length(created_by) <= 200);
create index conversations_of_caller on conversations (tenant_id, caller_id) where caller_id <> '';
create index messages_by_age on messages (tenant_id, created_at);
grant update (caller_id), delete on conversations to deskbell_server;
grant delete on messages to deskbell_server;

-- ---- people

create table users (
    tenant_id text collate "C" not null references tenants on delete cascade,
    user_id text collate "C" not null check (user_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    email text not null check (char_length(email) between 3 and 254),
    display_name text not null check (char_length(display_name) <= 200),
    role text not null check (role in ('owner', 'manager', 'analyst')),
    disabled boolean not null,
    password_hash text not null check (password_hash like '$argon2id$%'),
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    last_sign_in_at timestamptz,
    primary key (tenant_id, user_id)
);
create unique index users_by_email on users (tenant_id, lower(email));

create table sessions (
    tenant_id text collate "C" not null,
    session_id uuid not null,
    user_id text collate "C" not null,
    generation integer not null check (generation >= 1),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, session_id),
    foreign key (tenant_id, user_id) references users on delete cascade
);
comment on table sessions is 'a sign-in; each refresh counts its generation up, and an older token ends it';
create index sessions_of_user on sessions (tenant_id, user_id);

-- The operators of the platform, who belong to no tenant: deskbell_server cannot see them.
create table operators (
    operator_id text collate "C" primary key check (operator_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    email text not null check (char_length(email) between 3 and 254),
    password_hash text not null check (password_hash like '$argon2id$%'),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    last_sign_in_at timestamptz
);
create unique index operators_by_email on operators (lower(email));

create table operator_sessions (
    session_id uuid primary key,
    operator_id text collate "C" not null references operators on delete cascade,
    generation integer not null check (generation >= 1),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);

create table signing_keys (
    key_id text collate "C" primary key,
    sealed_private_key bytea not null,
    created_at timestamptz not null
);
comment on column signing_keys.sealed_private_key is 'Ed25519, encrypted under a key derived from the server''s secret key';

-- ---- services and phones

create table api_keys (
    tenant_id text collate "C" not null references tenants on delete cascade,
    key_id text collate "C" not null check (key_id ~ '^[0-9a-f]{16}$'),
    display_name text not null check (char_length(display_name) between 1 and 200),
    scopes text[] not null check (cardinality(scopes) between 1 and 32),
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    previous_hash bytea check (octet_length(previous_hash) = 32),
    previous_expires_at timestamptz,
    expires_at timestamptz,
    requests_per_second integer not null check (requests_per_second >= 0),
    request_burst integer not null check (request_burst >= 0),
    max_concurrent_calls integer not null check (max_concurrent_calls >= 0),
    monthly_call_minutes bigint not null check (monthly_call_minutes >= 0),
    monthly_tokens bigint not null check (monthly_tokens >= 0),
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, key_id)
);
comment on column api_keys.secret_hash is 'SHA-256 of 256 random bits';

create table client_tokens (
    tenant_id text collate "C" not null,
    token_id uuid not null,
    agent_id text collate "C" not null,
    caller_id text not null check (char_length(caller_id) <= 100),
    max_concurrent_calls integer not null check (max_concurrent_calls between 1 and 10),
    created_by text not null check (char_length(created_by) <= 200),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant_id, token_id),
    foreign key (tenant_id, agent_id) references agents on delete cascade
);

-- ---- what a tenant may use, and has used

create table tenant_quotas (
    tenant_id text collate "C" primary key references tenants on delete cascade,
    requests_per_second integer not null check (requests_per_second >= 0),
    request_burst integer not null check (request_burst >= 0),
    model_requests_per_second integer not null check (model_requests_per_second >= 0),
    concurrent_calls integer not null check (concurrent_calls >= 0),
    monthly_call_minutes bigint not null check (monthly_call_minutes >= 0),
    monthly_tokens bigint not null check (monthly_tokens >= 0),
    knowledge_bytes bigint not null check (knowledge_bytes >= 0),
    version bigint not null default 1 check (version >= 1)
);
comment on table tenant_quotas is '0 means the server''s default, and so does a missing row';

create table tenant_usage (
    tenant_id text collate "C" not null references tenants on delete cascade,
    month date not null,
    call_seconds double precision not null check (call_seconds >= 0),
    tokens bigint not null check (tokens >= 0),
    primary key (tenant_id, month)
);

-- Of a key that has limits of its own: a part of the tenant's usage.
create table api_key_usage (
    tenant_id text collate "C" not null,
    key_id text collate "C" not null,
    month date not null,
    call_seconds double precision not null check (call_seconds >= 0),
    tokens bigint not null check (tokens >= 0),
    primary key (tenant_id, key_id, month),
    foreign key (tenant_id, key_id) references api_keys on delete cascade
);

-- ---- what was done

-- tenant_id is '' for what belongs to no tenant. No foreign key: the log outlives the tenant.
create table audit_entries (
    tenant_id text collate "C" not null,
    entry_id uuid not null,
    at timestamptz not null,
    actor text not null check (char_length(actor) <= 200),
    method text not null check (char_length(method) <= 200),
    resource text not null check (char_length(resource) <= 300),
    address text not null check (char_length(address) <= 100),
    request_id text not null check (char_length(request_id) <= 64),
    outcome text not null check (char_length(outcome) <= 40),
    primary key (tenant_id, entry_id)
);
create index audit_entries_by_actor on audit_entries (tenant_id, actor, entry_id);

-- tenant_id is '' for what belongs to no tenant. No foreign key: the repeat of a deletion finds its record.
create table request_records (
    tenant_id text collate "C" not null,
    actor text not null check (char_length(actor) <= 200),
    request_id uuid not null,
    method text not null check (char_length(method) <= 200),
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    sealed_response bytea,
    created_at timestamptz not null,
    primary key (tenant_id, actor, request_id)
);
comment on column request_records.sealed_response is 'encrypted: it may hold a credential that is shown once';
create index request_records_by_age on request_records (created_at);

-- ---- rights

-- Nobody needs tables that shadow ours.
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
end
$$;

alter table users enable row level security, force row level security;
alter table sessions enable row level security, force row level security;
alter table operators enable row level security, force row level security;
alter table operator_sessions enable row level security, force row level security;
alter table signing_keys enable row level security, force row level security;
alter table api_keys enable row level security, force row level security;
alter table client_tokens enable row level security, force row level security;
alter table tenant_quotas enable row level security, force row level security;
alter table tenant_usage enable row level security, force row level security;
alter table api_key_usage enable row level security, force row level security;
alter table audit_entries enable row level security, force row level security;
alter table request_records enable row level security, force row level security;

grant select, insert, update, delete on users, sessions, client_tokens, tenant_quotas to deskbell_server;
grant select, insert, update on api_keys, tenant_usage, api_key_usage to deskbell_server;
grant select, insert on audit_entries to deskbell_server;
grant select, insert, update (method, fingerprint, sealed_response, created_at), delete on request_records
    to deskbell_server;

create policy server_keeps_to_its_tenant on users to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on sessions to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on api_keys to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on client_tokens to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on tenant_quotas to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on tenant_usage to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on api_key_usage to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
-- After a transaction the setting may be '' instead of NULL; '' is the platform's own part of these two.
create policy server_keeps_to_its_tenant on audit_entries to deskbell_server
    using (tenant_id <> '' and tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id <> '' and tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on request_records to deskbell_server
    using (tenant_id <> '' and tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id <> '' and tenant_id = current_setting('app.tenant_id', true));

grant select, insert, update, delete on operators, operator_sessions to deskbell_platform;
grant select, insert, delete on signing_keys to deskbell_platform;
create policy platform_manages_operators on operators to deskbell_platform using (true) with check (true);
create policy platform_manages_sessions on operator_sessions to deskbell_platform using (true) with check (true);
create policy platform_manages_keys on signing_keys to deskbell_platform using (true) with check (true);

-- What belongs to no tenant, and the deletion of what is too old, in every tenant.
grant select, insert, delete on audit_entries to deskbell_platform;
create policy platform_reads_its_own on audit_entries for select to deskbell_platform using (tenant_id = '');
create policy platform_adds_its_own on audit_entries for insert to deskbell_platform with check (tenant_id = '');
grant select, insert, update (method, fingerprint, sealed_response, created_at), delete on request_records
    to deskbell_platform;
create policy platform_reads_its_own on request_records for select to deskbell_platform using (tenant_id = '');
create policy platform_adds_its_own on request_records for insert to deskbell_platform with check (tenant_id = '');
create policy platform_completes_its_own on request_records for update to deskbell_platform using (tenant_id = '');
create policy platform_sees_old_ones on request_records for select to deskbell_platform
    using (created_at < now() - interval '24 hours');
create policy platform_deletes_old_ones on request_records for delete to deskbell_platform
    using (created_at < now() - interval '24 hours');
create policy platform_sees_old_ones on audit_entries for select to deskbell_platform
    using (at < now() - interval '30 days');
create policy platform_deletes_old_ones on audit_entries for delete to deskbell_platform
    using (at < now() - interval '30 days');
