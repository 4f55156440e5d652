-- Conversations and what was said in them.

create table conversations (
    tenant_id text collate "C" not null references tenants on delete cascade,
    conversation_id uuid not null,
    -- Not a foreign key: a conversation outlives its agent and keeps its name.
    agent_id text collate "C" not null,
    channel text not null check (channel in ('chat', 'voice')),
    state text not null check (state in ('open', 'ended', 'lost')),
    caller_id text not null check (char_length(caller_id) <= 100),
    owner text not null,
    message_count integer not null check (message_count >= 0),
    started_at timestamptz not null,
    ended_at timestamptz,
    end_reason text not null check (char_length(end_reason) <= 100),
    primary key (tenant_id, conversation_id),
    check ((state = 'open') = (ended_at is null))
);
comment on column conversations.owner is 'the server process that holds the call';

create index conversations_of_agent on conversations (tenant_id, agent_id, conversation_id);
create index conversations_open_calls on conversations (owner) where channel = 'voice' and state = 'open';

alter table conversations enable row level security, force row level security;

grant select, insert, update (state, message_count, ended_at, end_reason) on conversations to deskbell_server;
create policy server_keeps_to_its_tenant on conversations to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant
    select (channel, state, owner),
    update (state, ended_at, end_reason)
    on conversations to deskbell_platform;
create policy platform_finds_open_calls on conversations for select to deskbell_platform using (true);
create policy platform_marks_calls_lost on conversations for update to deskbell_platform using (true);

grant
    select (
        tenant_id, conversation_id, agent_id, channel, state, caller_id, message_count, started_at, ended_at
    )
    on conversations to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on conversations for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));

create table messages (
    tenant_id text collate "C" not null,
    conversation_id uuid not null,
    message_index integer not null check (message_index >= 1),
    turn_id uuid not null,
    speaker text not null check (speaker in ('caller', 'agent')),
    text text not null,
    heard_text text not null,
    heard_estimated boolean not null,
    -- Read and written with their message only, and true of the document as it was: no table of their own.
    citations jsonb not null check (jsonb_typeof(citations) = 'array'),
    created_at timestamptz not null,
    primary key (tenant_id, conversation_id, message_index),
    unique (tenant_id, conversation_id, turn_id, speaker),
    foreign key (tenant_id, conversation_id) references conversations on delete cascade
);

alter table messages enable row level security, force row level security;

grant select, insert, update (heard_text, heard_estimated) on messages to deskbell_server;
create policy server_keeps_to_its_tenant on messages to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant
    select (
        tenant_id, conversation_id, message_index, turn_id, speaker, text, heard_text, heard_estimated,
        citations, created_at
    )
    on messages to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on messages for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
