-- What is made of a conversation once it is over: a report, and the questions that nothing answered.
--
-- The queue of reports is the conversations table itself: whatever ends a conversation, a conversation that is over
-- and has messages that no report covers is due. No job can be lost, because there is none to be written.

alter table conversations
    add column last_said_at timestamptz,
    add column form_left_open boolean not null default false,
    add column reported_count integer check (reported_count >= 0),
    add column report_claimed_until timestamptz,
    add column report_attempts integer not null default 0 check (report_attempts >= 0);
comment on column conversations.last_said_at is 'when its last turn was stored; NULL before the first';
comment on column conversations.form_left_open is
'whether a dialogue was under way after the last turn; outlives the dialogue, which goes when the conversation ends';
comment on column conversations.reported_count is
'how many messages its report covers, or was given up for; NULL in a conversation of before reports: none is due';
comment on column conversations.report_claimed_until is
'who works on the report has it until then; after a failure, when to try again';
comment on column conversations.report_attempts is 'how often the report that is due was begun';
-- Only from here on: those of before stay without a report.
alter table conversations alter column reported_count set default 0;

-- A chat that goes on over the upgrade must not be taken for one that has been quiet since it began. Forced row-level
-- security would hide it from an owner who is no superuser.
alter table conversations no force row level security;
alter table messages no force row level security;
update conversations
set
    last_said_at = (
        select max(messages.created_at)
        from messages
        where
            messages.tenant_id = conversations.tenant_id
            and messages.conversation_id = conversations.conversation_id
    )
where state = 'open';
alter table messages force row level security;
alter table conversations force row level security;

create index conversations_to_report on conversations (coalesce(report_claimed_until, ended_at))
where state <> 'open' and message_count > reported_count;
create index conversations_idle_chats on conversations (coalesce(last_said_at, started_at))
where channel = 'chat' and state = 'open';

grant update (last_said_at, form_left_open, reported_count, report_claimed_until, report_attempts)
on conversations to deskbell_server;
-- The platform finds what is due and what is idle; it sees neither words nor callers.
grant
    select (
        tenant_id, conversation_id, message_count, started_at, ended_at, last_said_at, reported_count,
        report_claimed_until, report_attempts
    ),
    update (report_claimed_until, report_attempts)
    on conversations to deskbell_platform;
grant select (last_said_at, reported_count) on conversations to deskbell_dashboard;

create table conversation_reports (
    tenant_id text collate "C" not null,
    conversation_id uuid not null,
    state text not null check (state in ('ready', 'failed')),
    message_count integer not null check (message_count >= 1),
    summary text not null check (char_length(summary) <= 2000),
    sentiment real not null check (sentiment between -1 and 1),
    sentiment_label text not null check (sentiment_label in ('positive', 'neutral', 'negative')),
    sentiment_measured boolean not null,
    outcome text check (
        outcome in (
            'booked', 'handed_over', 'lead', 'served', 'answered', 'unanswered', 'failed', 'abandoned'
        )
    ),
    -- Read and written as a whole; its properties are those of the agent's schema.
    extraction jsonb not null check (jsonb_typeof(extraction) = 'object'),
    extraction_problem text not null check (char_length(extraction_problem) <= 500),
    engine text not null check (char_length(engine) <= 200),
    failure text not null check (char_length(failure) <= 500),
    attempts integer not null check (attempts >= 1),
    said_from timestamptz not null,
    created_at timestamptz not null,
    primary key (tenant_id, conversation_id),
    foreign key (tenant_id, conversation_id) references conversations on delete cascade,
    check ((state = 'ready') = (outcome is not null)),
    check ((state = 'failed') = (failure <> ''))
);
comment on table conversation_reports is 'one for each conversation; made anew when a chat went on after it';
comment on column conversation_reports.message_count is 'how many of the conversation''s messages it covers';
comment on column conversation_reports.sentiment is 'the caller''s, -1 (very negative) to 1 (very positive)';
comment on column conversation_reports.sentiment_measured is 'false: not in a language that can be judged';
comment on column conversation_reports.engine is 'engine/model that wrote the summary; "rules" without one';
comment on column conversation_reports.attempts is 'at which attempt it was done, or given up';
comment on column conversation_reports.said_from is 'when the first of the words that it is made of was said';
create index conversation_reports_by_time on conversation_reports (tenant_id, created_at);

create table knowledge_gaps (
    tenant_id text collate "C" not null references tenants on delete cascade,
    gap_id uuid not null,
    question text not null check (char_length(question) between 1 and 300),
    question_key text collate "C" not null,
    embedding halfvec(384) not null,
    ask_count integer not null check (ask_count >= 1),
    first_asked_at timestamptz not null,
    last_asked_at timestamptz not null,
    last_conversation_id uuid,
    status text not null check (status in ('open', 'answered', 'dismissed')),
    decided_at timestamptz,
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, gap_id),
    unique (tenant_id, question_key),
    foreign key (tenant_id, last_conversation_id) references conversations
        on delete set null (last_conversation_id),
    check (first_asked_at <= last_asked_at),
    check ((status = 'open') or (decided_at is not null))
);
comment on table knowledge_gaps is 'what callers asked and the documents do not say; without personal data';
comment on column knowledge_gaps.question is 'as one of its mentions has it';
comment on column knowledge_gaps.question_key is 'hash of the question''s plain form';
comment on column knowledge_gaps.ask_count is 'how many mentions there are';
comment on column knowledge_gaps.decided_at is 'when somebody last set the status; NULL: nobody yet';
create index knowledge_gaps_by_count on knowledge_gaps (tenant_id, ask_count desc, gap_id desc);
create index knowledge_gaps_of_conversation on knowledge_gaps (tenant_id, last_conversation_id);

create table knowledge_gap_mentions (
    tenant_id text collate "C" not null,
    conversation_id uuid not null,
    turn_id uuid not null,
    gap_id uuid not null,
    question text not null check (char_length(question) between 1 and 300),
    question_key text collate "C" not null,
    embedding halfvec(384) not null,
    asked_at timestamptz not null,
    -- Counted once, however often its report is made.
    primary key (tenant_id, conversation_id, turn_id),
    foreign key (tenant_id, conversation_id) references conversations on delete cascade,
    foreign key (tenant_id, gap_id) references knowledge_gaps on delete cascade
);
comment on table knowledge_gap_mentions is
'the turns in which a gap was asked; a gap without any is deleted, and so nothing of a caller outlives erasure';
create index knowledge_gap_mentions_of_gap on knowledge_gap_mentions (tenant_id, gap_id, asked_at);
create index knowledge_gap_mentions_by_key on knowledge_gap_mentions (tenant_id, question_key);

alter table conversation_reports enable row level security, force row level security;
alter table knowledge_gaps enable row level security, force row level security;
alter table knowledge_gap_mentions enable row level security, force row level security;

grant select, insert, update, delete on conversation_reports, knowledge_gaps, knowledge_gap_mentions
to deskbell_server;
create policy server_keeps_to_its_tenant on conversation_reports to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on knowledge_gaps to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on knowledge_gap_mentions to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant select on conversation_reports, knowledge_gaps, knowledge_gap_mentions to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on conversation_reports for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
create policy dashboard_keeps_to_its_tenant on knowledge_gaps for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
create policy dashboard_keeps_to_its_tenant on knowledge_gap_mentions for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
