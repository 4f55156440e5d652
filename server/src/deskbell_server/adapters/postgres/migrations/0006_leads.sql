-- Leads: callers who want to hear from the business, once each.

create table leads (
    tenant_id text collate "C" not null references tenants on delete cascade,
    lead_id uuid not null,
    name text not null check (char_length(name) <= 200),
    phone text collate "C" not null check (phone = '' or phone ~ '^\+[1-9][0-9]{5,14}$'),
    email text collate "C" not null check (char_length(email) <= 254),
    intent text not null check (char_length(intent) <= 500),
    property_id text not null check (char_length(property_id) <= 100),
    notes text not null check (char_length(notes) <= 4000),
    consent_text text not null check (char_length(consent_text) <= 1000),
    consented_at timestamptz,
    status text not null check (status in ('new', 'contacted', 'closed')),
    caller_id text not null check (char_length(caller_id) <= 100),
    earlier_caller_ids text [] not null default '{}',
    conversation_id uuid,
    agent_id text collate "C",
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version bigint not null default 1 check (version >= 1),
    primary key (tenant_id, lead_id),
    check ((consent_text = '') = (consented_at is null))
);
comment on column leads.phone is 'E.164, or empty';
comment on column leads.email is 'in small letters, or empty';
comment on column leads.earlier_caller_ids is 'those that caller_id took the place of; by each the lead is erased';
comment on column leads.conversation_id is 'no foreign key: the lead outlives the conversation, and the agent';
create unique index leads_by_phone on leads (tenant_id, phone) where phone <> '';
create unique index leads_by_email on leads (tenant_id, email) where email <> '';
create index leads_of_caller on leads (tenant_id, caller_id) where caller_id <> '';
create index leads_by_age on leads (tenant_id, updated_at);

-- No foreign key to leads: a write that is repeated after the lead was erased must not bring it back.
create table lead_keys (
    tenant_id text collate "C" not null references tenants on delete cascade,
    idempotency_key text collate "C" not null check (char_length(idempotency_key) between 1 and 200),
    lead_id uuid not null,
    used_at timestamptz not null,
    primary key (tenant_id, idempotency_key)
);
create index lead_keys_of_lead on lead_keys (tenant_id, lead_id);

alter table leads enable row level security, force row level security;
alter table lead_keys enable row level security, force row level security;

grant select, insert, update, delete on leads, lead_keys to deskbell_server;
create policy server_keeps_to_its_tenant on leads to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on lead_keys to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
