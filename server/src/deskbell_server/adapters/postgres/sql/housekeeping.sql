-- name: delete_transcripts
-- Deletes what was said in a tenant's conversations before a moment.
delete from messages where tenant_id = $1 and created_at < $2;

-- name: delete_reports
-- Deletes the reports of a tenant's conversations that are made of words said before a moment.
delete from conversation_reports where tenant_id = $1 and said_from < $2;

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

-- name: erase_reservations
-- Deletes the reservations of a caller, named by the id, telephone number or e-mail address, and those made in one of the
-- caller's conversations; what they held is free.
delete from reservations
where
    tenant_id = $1
    and $2 <> ''
    and (
        caller_id = $2
        or lower(caller_email) = lower($2)
        or ($2 like '+%' and regexp_replace(caller_phone, '[^+0-9]', '', 'g') = regexp_replace($2, '[^+0-9]', '', 'g'))
        or conversation_id in (
            select conversation_id from conversations where tenant_id = $1 and caller_id = $2
        )
    );

-- name: delete_reservations
-- Deletes a tenant's reservations that were over before a moment.
delete from reservations where tenant_id = $1 and ends_at < $2;

-- name: erase_conversation_reports
-- Deletes the reports of a caller's conversations.
delete from conversation_reports
using conversations
where
    conversation_reports.tenant_id = $1
    and conversations.tenant_id = conversation_reports.tenant_id
    and conversations.conversation_id = conversation_reports.conversation_id
    and conversations.caller_id = $2;

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

-- name: erase_leads
-- Deletes the leads of a caller, named by any id that the caller had, telephone number or e-mail address, and those last
-- heard from in one of the caller's conversations. Within a tenant they are read one by one: an index of array members
-- would not be used under row-level security, and there are few.
delete from leads
where
    tenant_id = $1
    and $2 <> ''
    and (
        caller_id = $2
        or $2 = any(earlier_caller_ids)
        or email = lower($2)
        or ($2 like '+%' and phone = regexp_replace($2, '[^+0-9]', '', 'g'))
        or conversation_id in (
            select conversation_id from conversations where tenant_id = $1 and caller_id = $2
        )
    );
