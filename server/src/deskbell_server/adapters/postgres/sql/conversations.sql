-- name: create
-- Adds a conversation with an agent that exists.
insert into conversations (
    tenant_id, conversation_id, agent_id, channel, state, caller_id, owner, message_count, started_at,
    ended_at, end_reason, created_by, agent_version
)
select tenant_id, $3, agent_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, 0)
from agents
where tenant_id = $1 and agent_id = $2
returning *;

-- name: get
-- One conversation.
select * from conversations where tenant_id = $1 and conversation_id = $2;

-- name: lock
-- How many messages a conversation has; nobody else appends before this transaction ends.
select message_count from conversations where tenant_id = $1 and conversation_id = $2 for update;

-- name: page
-- A tenant's conversations before an id (NULL: from the last), the newest first.
select * from conversations
where tenant_id = $1 and ($2::uuid is null or conversation_id < $2)
order by conversation_id desc
limit $3;

-- name: page_of_agent
-- The same of one agent.
select * from conversations
where tenant_id = $1 and ($2::uuid is null or conversation_id < $2) and agent_id = $4
order by conversation_id desc
limit $3;

-- name: messages
-- The messages of a conversation after an index, in order.
select
    message_index, turn_id, speaker, text, heard_text, heard_estimated, citations, created_at
from messages
where tenant_id = $1 and conversation_id = $2 and message_index > $3
order by message_index
limit $4;

-- name: context
-- What a conversation remembers, how often it was passed on because no booking was found, and the version of its
-- tenant's knowledge.
select
    coalesce(dialogue, '') as dialogue,
    coalesce(language, '') as language,
    coalesce((select version::text from knowledge_versions where tenant_id = $1), '') as knowledge_version,
    last_said.text as said,
    last_said.heard_text as heard,
    (
        select count(*) from turns
        where tenant_id = $1 and conversation_id = $2 and handoff_reason = 'booking_not_found'
    ) as unfound
from conversations
left join lateral (
    select messages.text, messages.heard_text
    from messages
    where
        messages.tenant_id = conversations.tenant_id
        and messages.conversation_id = conversations.conversation_id
        and messages.speaker = 'agent'
    order by messages.message_index desc
    limit 1
) as last_said on true
where conversations.tenant_id = $1 and conversations.conversation_id = $2;

-- name: hold
-- The dialogue of a conversation, which nobody else changes before this transaction ends.
select coalesce(dialogue, '') as dialogue from conversations where tenant_id = $1 and conversation_id = $2 for update;

-- name: changed_messages
-- The messages of a conversation that changed after one of its changes, in the order of their last one.
select
    revision, message_index, turn_id, speaker, text, heard_text, heard_estimated, citations, created_at
from messages
where tenant_id = $1 and conversation_id = $2 and revision > $3
order by revision
limit $4;

-- name: turns_of_conversation
-- The turns of a conversation after one (NULL: from the first), in order.
select * from turns
where tenant_id = $1 and conversation_id = $2 and ($3::uuid is null or turn_id > $3)
order by turn_id
limit $4;

-- name: history
-- The last messages of a conversation of which anything was heard, the newest first.
select speaker, heard_text
from messages
where tenant_id = $1 and conversation_id = $2 and heard_text <> ''
order by message_index desc
limit $3;

-- name: append_turn
-- Appends a turn's messages (one array a column) to a locked conversation, unless the turn is there.
with added as (
    insert into messages (
        tenant_id, conversation_id, message_index, turn_id, speaker, text, heard_text, heard_estimated,
        citations, created_at, revision
    )
    select
        $1, $2, $4 + position, $3, speaker, text, heard_text, heard_estimated, citations, created_at,
        (select revision from conversations where tenant_id = $1 and conversation_id = $2) + position
    from unnest($5::text[], $6::text[], $7::text[], $8::boolean[], $9::jsonb[], $10::timestamptz[])
        with ordinality as turn (speaker, text, heard_text, heard_estimated, citations, created_at, position)
    where not exists (
        select from messages where tenant_id = $1 and conversation_id = $2 and turn_id = $3
    )
    returning message_index
)
update conversations
set
    message_count = message_count + (select count(*) from added),
    -- A chat that goes on after it ended is open again, and reported on anew.
    state = case when channel = 'chat' and exists (select from added) then 'open' else state end,
    ended_at = case when channel = 'chat' and exists (select from added) then null else ended_at end,
    end_reason = case when channel = 'chat' and exists (select from added) then '' else end_reason end,
    form_left_open = case
        when channel = 'chat' and state <> 'open' and exists (select from added) then false else form_left_open
    end,
    last_said_at = greatest(last_said_at, (select max(said) from unnest($10::timestamptz[]) as said)),
    reported_count = coalesce(reported_count, 0),
    revision = revision + (select count(*) from added)
where tenant_id = $1 and conversation_id = $2
returning (select count(*) from added);

-- name: keep_turn
-- Keeps what a turn was about and took, and what the conversation remembers after it. One that is over remembers no
-- dialogue, only that there was one.
with kept as (
    insert into turns (
        tenant_id, conversation_id, turn_id, intent, confidence, other_intents, language, outcome, cache,
        handoff_reason, degraded, stages, prompt_tokens, completion_tokens, created_at
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
)

update conversations
set
    -- A turn that went on at the same time may have been faster.
    dialogue = case
        when state <> 'open' then null
        when coalesce(dialogue, '') = $17 then nullif($16, '')
        else dialogue
    end,
    form_left_open = case
        when state <> 'open' or coalesce(dialogue, '') = $17 then $16 <> ''
        else form_left_open
    end,
    language = $7
where tenant_id = $1 and conversation_id = $2;

-- name: turn
-- The messages of one turn, in order.
select
    message_index, turn_id, speaker, text, heard_text, heard_estimated, citations, created_at
from messages
where tenant_id = $1 and conversation_id = $2 and turn_id = $3
order by message_index;

-- name: set_heard
-- Corrects what the caller heard of the agent's message of a turn, unless it says the same.
with changed as (
    update conversations
    set revision = revision + 1
    where
        tenant_id = $1
        and conversation_id = $2
        and exists (
            select from messages
            where
                tenant_id = $1 and conversation_id = $2 and turn_id = $3 and speaker = 'agent'
                and (heard_text, heard_estimated) is distinct from ($4::text, $5::boolean)
        )
    returning revision
)
update messages
set heard_text = $4, heard_estimated = $5, revision = changed.revision
from changed
where tenant_id = $1 and conversation_id = $2 and turn_id = $3 and speaker = 'agent';

-- name: end
-- Ends a conversation that has not ended; the dialogue that went on, with what it took down, is forgotten, but not
-- that there was one.
update conversations
set state = 'ended', ended_at = $3, end_reason = $4, dialogue = null
where tenant_id = $1 and conversation_id = $2 and state <> 'ended';

-- name: owners_of_open_calls
-- The servers that hold open voice conversations, of all tenants.
select distinct owner from conversations where channel = 'voice' and state = 'open' order by owner;

-- name: mark_lost
-- Marks a server's open voice conversations, of all tenants, as lost.
update conversations
set state = 'lost', ended_at = $2, end_reason = 'server_lost', dialogue = null
where owner = $1 and channel = 'voice' and state = 'open'
returning owner;
