-- What each turn was about and took, what a conversation remembers between its turns, and which version of a
-- tenant's knowledge answers come from.

alter table conversations
    add column dialogue text check (char_length(dialogue) <= 16000),
    add column language text check (char_length(language) between 2 and 35);
comment on column conversations.dialogue is 'the form that is being filled, as JSON; NULL when there is none';
comment on column conversations.language is 'BCP 47, that of the last utterance; NULL before the first';
grant update (dialogue, language) on conversations to deskbell_server;
grant update (dialogue) on conversations to deskbell_platform;
grant select (language) on conversations to deskbell_dashboard;

create table turns (
    tenant_id text collate "C" not null,
    conversation_id uuid not null,
    turn_id uuid not null,
    intent text not null check (
        intent in ('booking', 'faq', 'pricing', 'lead_capture', 'escalation', 'unknown')
    ),
    confidence real not null check (confidence between 0 and 1),
    other_intents text [] not null,
    language text not null check (char_length(language) between 2 and 35),
    outcome text not null check (
        outcome in ('answered', 'refused', 'served', 'chatted', 'handed_over', 'failed')
    ),
    cache text not null check (cache in ('', 'miss', 'exact', 'semantic')),
    handoff_reason text not null check (char_length(handoff_reason) <= 100),
    -- One object for each step that was left out: step, action, reason.
    degraded jsonb not null check (jsonb_typeof(degraded) = 'array'),
    -- One object for each stage: stage, start and duration in milliseconds.
    stages jsonb not null check (jsonb_typeof(stages) = 'array'),
    prompt_tokens integer not null check (prompt_tokens >= 0),
    completion_tokens integer not null check (completion_tokens >= 0),
    created_at timestamptz not null,
    primary key (tenant_id, conversation_id, turn_id),
    foreign key (tenant_id, conversation_id) references conversations on delete cascade
);
comment on column turns.outcome is
'answered: from the documents. refused: they do not say. served: by a dialogue. chatted: small talk';
create index turns_by_time on turns (tenant_id, created_at);

alter table turns enable row level security, force row level security;

grant select, insert on turns to deskbell_server;
create policy server_keeps_to_its_tenant on turns to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant select on turns to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on turns for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));

create table knowledge_versions (
    tenant_id text collate "C" primary key references tenants on delete cascade,
    -- Drawn at random: a tenant that is deleted and made again does not meet its old versions.
    version uuid not null
);
comment on table knowledge_versions is 'changes in the transaction in which a document becomes READY or goes';

alter table knowledge_versions enable row level security, force row level security;

grant select, insert, update on knowledge_versions to deskbell_server;
create policy server_keeps_to_its_tenant on knowledge_versions to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant select, insert, update on knowledge_versions to deskbell_platform;
create policy platform_renews_versions on knowledge_versions to deskbell_platform
    using (true) with check (true);

-- The documents of before. Row-level security binds an owner who is no superuser, too, while it is forced.
alter table documents no force row level security;
alter table knowledge_versions no force row level security;
insert into knowledge_versions (tenant_id, version)
select tenant_id, gen_random_uuid() from (select distinct tenant_id from documents) as with_documents;
alter table documents force row level security;
alter table knowledge_versions force row level security;
