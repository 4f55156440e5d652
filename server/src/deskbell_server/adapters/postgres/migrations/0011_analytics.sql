-- The order of what changes in a conversation, for those who watch it; and what figures are made of.

-- ---- conversations: each change has a number

-- From 1, without gaps. Whoever writes holds the conversation's row, so that a number is seen only after all before it.
-- By a change of type, which rewrites all rows whatever row-level security lets their owner see.
alter table conversations add column revision bigint;
alter table conversations
    alter column revision type bigint using message_count,
    alter column revision set default 0,
    alter column revision set not null,
    add check (revision >= 0);
comment on column conversations.revision is 'the number of its last change';

alter table messages add column revision bigint;
alter table messages
    alter column revision type bigint using message_index,
    alter column revision set not null,
    add unique (tenant_id, conversation_id, revision);
comment on column messages.revision is 'of the conversation''s changes, the last one that this message was part of';

grant update (revision) on conversations to deskbell_server;
grant update (revision) on messages to deskbell_server;

-- Sent when the change is committed, by whomever. A name, and nothing of what was said.
create function announce_conversation() returns trigger language plpgsql as $$
begin
    perform pg_catalog.pg_notify('deskbell_conversations', new.tenant_id || '/' || new.conversation_id::text);
    return null;
end
$$;
create trigger conversations_are_announced
    after update of revision, state on conversations for each row
    when (old.revision <> new.revision or old.state <> new.state)
    execute function announce_conversation();

-- ---- reservations: when they were cancelled

alter table reservations add column cancelled_at timestamptz;
alter table reservations
    alter column cancelled_at type timestamptz using case when state = 'cancelled' then updated_at end;
comment on column reservations.cancelled_at is 'set by a trigger; NULL: booked';

create function note_cancellation() returns trigger language plpgsql as $$
begin
    new.cancelled_at := new.updated_at;
    return new;
end
$$;
create trigger reservations_note_cancellation
    before update of state on reservations for each row
    when (old.state <> 'cancelled' and new.state = 'cancelled')
    execute function note_cancellation();

-- ---- turns: how long their stages took, by themselves

-- The same as in turns.stages, where percentiles over a hundred thousand turns would take most of a second.
create table turn_stages (
    tenant_id text collate "C" not null,
    conversation_id uuid not null,
    turn_id uuid not null,
    position smallint not null check (position >= 1),
    stage text collate "C" not null check (char_length(stage) <= 100),
    milliseconds real not null check (milliseconds >= 0),
    agent_id text collate "C" not null,
    created_at timestamptz not null,
    primary key (tenant_id, conversation_id, turn_id, position),
    foreign key (tenant_id, conversation_id, turn_id) references turns on delete cascade
);
comment on table turn_stages is 'written by a trigger of turns';

create function keep_stages() returns trigger language plpgsql as $$
begin
    insert into public.turn_stages (
        tenant_id, conversation_id, turn_id, position, stage, milliseconds, agent_id, created_at
    )
    select
        new.tenant_id, new.conversation_id, new.turn_id, stages.position, left(stages.value ->> 'stage', 100),
        greatest((stages.value ->> 'duration')::real, 0), conversations.agent_id, new.created_at
    from jsonb_array_elements(new.stages) with ordinality as stages (value, position)
    join public.conversations
        on
            conversations.tenant_id = new.tenant_id
            and conversations.conversation_id = new.conversation_id
    where stages.value ? 'stage' and stages.value ? 'duration';
    return null;
end
$$;
create trigger turns_keep_stages
    after insert on turns for each row execute function keep_stages();

alter table turn_stages enable row level security, force row level security;

grant select, insert, delete on turn_stages to deskbell_server;
create policy server_keeps_to_its_tenant on turn_stages to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

-- ---- figures

create index conversations_by_time on conversations (tenant_id, started_at) include (channel, ended_at, agent_id);
create index turns_for_figures on turns (tenant_id, created_at)
    include (conversation_id, intent, outcome, cache, prompt_tokens, completion_tokens);
drop index turns_by_time;
create index turn_stages_by_time on turn_stages (tenant_id, stage, created_at) include (milliseconds, agent_id);
create index reservations_by_creation on reservations (tenant_id, created_at);
create index reservations_by_cancellation on reservations (tenant_id, cancelled_at) where cancelled_at is not null;
create index leads_by_creation on leads (tenant_id, created_at);

-- As in 0004, with the reader's rights; unlike its conversations and messages, these hold no caller's id and no words,
-- but an intent and the reason of a handoff.
create view reporting.turns with (security_invoker = true) as
select
    turns.tenant_id,
    turns.conversation_id,
    turns.turn_id,
    conversations.agent_id,
    turns.intent,
    turns.confidence,
    turns.other_intents,
    turns.language,
    turns.outcome,
    turns.cache,
    turns.handoff_reason,
    turns.degraded,
    turns.prompt_tokens,
    turns.completion_tokens,
    turns.created_at
from turns
-- Outer, so that it costs nothing where the agent is not asked for.
left join conversations
    on
        conversations.tenant_id = turns.tenant_id
        and conversations.conversation_id = turns.conversation_id;

create view reporting.turn_stages with (security_invoker = true) as
select tenant_id, conversation_id, turn_id, agent_id, stage, milliseconds, created_at
from turn_stages;

create view reporting.reservations with (security_invoker = true) as
select
    reservations.tenant_id,
    reservations.reservation_id,
    reservations.service_id,
    reservations.resource_id,
    reservations.state,
    reservations.starts_at,
    reservations.ends_at,
    reservations.created_at,
    reservations.cancelled_at,
    reservations.conversation_id,
    -- NULL when it was not made in a conversation, or that one is erased.
    conversations.agent_id
from reservations
left join conversations
    on
        conversations.tenant_id = reservations.tenant_id
        and conversations.conversation_id = reservations.conversation_id;

create view reporting.leads with (security_invoker = true) as
select tenant_id, lead_id, status, intent, agent_id, conversation_id, created_at, updated_at
from leads;

grant usage on schema reporting to deskbell_server;
grant select on
    reporting.conversations, reporting.turns, reporting.turn_stages, reporting.reservations, reporting.leads
    to deskbell_server;

grant select on reporting.turns, reporting.turn_stages, reporting.reservations, reporting.leads
    to deskbell_dashboard;
grant select on turn_stages to deskbell_dashboard;
grant
    select (
        tenant_id, reservation_id, service_id, resource_id, state, starts_at, ends_at, created_at, cancelled_at,
        conversation_id
    )
    on reservations to deskbell_dashboard;
grant
    select (tenant_id, lead_id, status, intent, agent_id, conversation_id, created_at, updated_at)
    on leads to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on turn_stages for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
create policy dashboard_keeps_to_its_tenant on reservations for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
create policy dashboard_keeps_to_its_tenant on leads for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
