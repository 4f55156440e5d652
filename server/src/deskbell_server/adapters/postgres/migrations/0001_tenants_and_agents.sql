-- Tenants, their agents, and the roles' rights to them.
--
-- Rules for every table of this schema:
--   * tenant_id comes first in each primary and foreign key, so that rows can be sharded by tenant.
--   * Row-level security is enabled and forced. deskbell_server and deskbell_dashboard see the rows of the
--     tenant named in the setting app.tenant_id; after a transaction that setting is NULL or empty, which
--     equals no id. deskbell_platform has policies of its own where work belongs to no tenant.
--   * Ids sort by their bytes (collate "C"), whatever the database's own order is.

create extension if not exists vector;
create extension if not exists unaccent;

create table tenants (
    id text collate "C" primary key check (id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    display_name text not null check (char_length(display_name) between 1 and 200),
    industry text not null check (char_length(industry) <= 100),
    language_code text not null check (char_length(language_code) between 2 and 35),
    time_zone text not null check (char_length(time_zone) between 1 and 64),
    created_at timestamptz not null,
    updated_at timestamptz not null
);

alter table tenants enable row level security, force row level security;

grant select on tenants to deskbell_server;
create policy server_reads_its_tenant on tenants for select to deskbell_server
    using (id = current_setting('app.tenant_id', true));

grant select, insert, update, delete on tenants to deskbell_platform;
create policy platform_manages_tenants on tenants to deskbell_platform using (true) with check (true);

grant select (id, display_name, industry, time_zone, created_at) on tenants to deskbell_dashboard;
create policy dashboard_lists_tenants on tenants for select to deskbell_dashboard using (true);

create table agents (
    tenant_id text collate "C" not null references tenants on delete cascade,
    agent_id text collate "C" not null check (agent_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    display_name text not null check (char_length(display_name) between 1 and 200),
    type text not null check (type in ('receptionist', 'real_estate', 'custom')),
    system_prompt text not null check (char_length(system_prompt) <= 8000),
    greeting text not null check (char_length(greeting) <= 500),
    voice text not null check (char_length(voice) <= 100),
    speaking_rate double precision not null check (speaking_rate between 0.5 and 2),
    end_of_utterance_silence double precision not null check (end_of_utterance_silence between 0.2 and 3),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, agent_id)
);
comment on column agents.end_of_utterance_silence is 'seconds';

alter table agents enable row level security, force row level security;

grant select, insert, update, delete on agents to deskbell_server;
create policy server_keeps_to_its_tenant on agents to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant select (tenant_id, agent_id, display_name) on agents to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on agents for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
