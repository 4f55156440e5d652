-- name: create
-- Adds a conversation with an agent that exists.
insert into conversations (
    tenant_id, conversation_id, agent_id, channel, state, caller_id, owner, message_count, started_at,
    ended_at, end_reason, created_by
)
select tenant_id, $3, agent_id, $4, $5, $6, $7, $8, $9, $10, $11, $12
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
        citations, created_at
    )
    select $1, $2, $4 + position, $3, speaker, text, heard_text, heard_estimated, citations, created_at
    from unnest($5::text[], $6::text[], $7::text[], $8::boolean[], $9::jsonb[], $10::timestamptz[])
        with ordinality as turn (speaker, text, heard_text, heard_estimated, citations, created_at, position)
    where not exists (
        select from messages where tenant_id = $1 and conversation_id = $2 and turn_id = $3
    )
    returning message_index
)
update conversations
set message_count = message_count + (select count(*) from added)
where tenant_id = $1 and conversation_id = $2;

-- name: turn
-- The messages of one turn, in order.
select
    message_index, turn_id, speaker, text, heard_text, heard_estimated, citations, created_at
from messages
where tenant_id = $1 and conversation_id = $2 and turn_id = $3
order by message_index;

-- name: set_heard
-- Corrects what the caller heard of the agent's message of a turn.
update messages
set heard_text = $4, heard_estimated = $5
where tenant_id = $1 and conversation_id = $2 and turn_id = $3 and speaker = 'agent';

-- name: end
-- Ends a conversation that has not ended.
update conversations
set state = 'ended', ended_at = $3, end_reason = $4
where tenant_id = $1 and conversation_id = $2 and state <> 'ended';

-- name: owners_of_open_calls
-- The servers that hold open voice conversations, of all tenants.
select distinct owner from conversations where channel = 'voice' and state = 'open' order by owner;

-- name: mark_lost
-- Marks a server's open voice conversations, of all tenants, as lost.
update conversations
set state = 'lost', ended_at = $2, end_reason = 'server_lost'
where owner = $1 and channel = 'voice' and state = 'open'
returning owner;
