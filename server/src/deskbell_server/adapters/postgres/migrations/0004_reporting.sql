-- What the dashboard reads. The views run with the reader's rights, so row-level security holds in them:
-- all but the list of tenants show the tenant named in the setting app.tenant_id.

create schema reporting;
grant usage on schema reporting to deskbell_dashboard;

create view reporting.tenants with (security_invoker = true) as
select id, display_name, industry, time_zone, created_at
from tenants;

create view reporting.conversations with (security_invoker = true) as
select
    conversations.tenant_id,
    conversations.conversation_id,
    conversations.agent_id,
    -- NULL once the agent is deleted.
    agents.display_name as agent_display_name,
    conversations.channel,
    conversations.state,
    conversations.caller_id,
    conversations.started_at,
    conversations.ended_at,
    conversations.message_count,
    -- NULL while the caller has said nothing.
    (
        select messages.text
        from messages
        where
            messages.tenant_id = conversations.tenant_id
            and messages.conversation_id = conversations.conversation_id
            and messages.speaker = 'caller'
        order by messages.message_index
        limit 1
    ) as first_caller_message
from conversations
left join agents
    on agents.tenant_id = conversations.tenant_id and agents.agent_id = conversations.agent_id;

create view reporting.messages with (security_invoker = true) as
select
    tenant_id, conversation_id, message_index, turn_id, speaker, text, heard_text, heard_estimated, citations,
    created_at
from messages;

grant select on reporting.tenants, reporting.conversations, reporting.messages to deskbell_dashboard;
