-- name: delete_transcripts
-- Deletes what was said in a tenant's conversations before a moment.
delete from messages where tenant_id = $1 and created_at < $2;

-- name: forget_callers
-- Takes the caller's id out of a tenant's conversations in which nothing was said since a moment. A chat has no end.
update conversations
set caller_id = ''
where
    tenant_id = $1
    and caller_id <> ''
    and coalesce(ended_at, started_at) < $2
    and (channel = 'chat' or ended_at is not null)
    and not exists (
        select from messages
        where
            messages.tenant_id = conversations.tenant_id
            and messages.conversation_id = conversations.conversation_id
    );

-- name: delete_client_tokens
-- Deletes a tenant's client tokens that expired before a moment.
delete from client_tokens where tenant_id = $1 and expires_at < $2;

-- name: delete_sessions
-- Deletes a tenant's sessions that expired before a moment.
delete from sessions where tenant_id = $1 and expires_at < $2;

-- name: delete_operator_sessions
-- Deletes the operators' sessions that expired before a moment.
delete from operator_sessions where expires_at < $1;

-- name: erase_messages
-- Deletes what was said in a caller's conversations.
delete from messages
using conversations
where
    messages.tenant_id = $1
    and conversations.tenant_id = messages.tenant_id
    and conversations.conversation_id = messages.conversation_id
    and conversations.caller_id = $2;

-- name: erase_conversations
-- Deletes a caller's conversations.
delete from conversations where tenant_id = $1 and caller_id = $2;

-- name: erase_client_tokens
-- Deletes a caller's client tokens.
delete from client_tokens where tenant_id = $1 and caller_id = $2;
