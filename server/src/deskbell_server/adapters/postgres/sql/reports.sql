-- name: claim
-- Takes the report that is due longest and that nobody works on, for a lease in seconds.
with next as (
    select tenant_id, conversation_id
    from conversations
    where
        state <> 'open'
        and message_count > reported_count
        and (report_claimed_until is null or report_claimed_until < now())
    order by coalesce(report_claimed_until, ended_at)
    limit 1
    for update skip locked
)
update conversations
set report_claimed_until = now() + make_interval(secs => $1), report_attempts = report_attempts + 1
from next
where conversations.tenant_id = next.tenant_id and conversations.conversation_id = next.conversation_id
returning
    conversations.tenant_id, conversations.conversation_id, conversations.message_count,
    conversations.report_attempts;

-- name: end_idle_chats
-- Ends open chats, of all tenants, in which nothing was said for so many seconds; returns one row for each.
update conversations
set state = 'ended', ended_at = $1, end_reason = 'idle', dialogue = null
where
    channel = 'chat'
    and state = 'open'
    and coalesce(last_said_at, started_at) < $1::timestamptz - make_interval(secs => $2)
returning conversation_id;

-- name: conversation
-- The conversation of a report.
select * from conversations where tenant_id = $1 and conversation_id = $2;

-- name: messages
-- The last messages of a conversation among its first ones, the newest first.
select message_index, turn_id, speaker, text, heard_text, heard_estimated, citations, created_at
from messages
where tenant_id = $1 and conversation_id = $2 and message_index <= $3
order by message_index desc
limit $4;

-- name: turns
-- What became of a conversation's turns, in order.
select turn_id, intent, language, outcome, handoff_reason
from turns
where tenant_id = $1 and conversation_id = $2
order by created_at, turn_id;

-- name: reservations
-- What was booked in a conversation and what is called how, by time.
select
    services.display_name, reservations.starts_at, reservations.caller_name, reservations.caller_phone,
    reservations.caller_email
from reservations
inner join services
    on services.tenant_id = reservations.tenant_id and services.service_id = reservations.service_id
where
    reservations.tenant_id = $1 and reservations.conversation_id = $2 and reservations.state = 'booked'
order by reservations.starts_at, reservations.reservation_id;

-- name: leads
-- The leads that were last heard from in a conversation.
select name, phone, email, intent, property_id
from leads
where tenant_id = $1 and conversation_id = $2
order by lead_id;

-- name: lock
-- How many messages a conversation's report covers; nobody else reports on it before this transaction ends.
select reported_count from conversations where tenant_id = $1 and conversation_id = $2 for update;

-- name: keep
-- Keeps a conversation's report, in place of one of fewer messages.
insert into conversation_reports (
    tenant_id, conversation_id, state, message_count, summary, sentiment, sentiment_label, sentiment_measured,
    outcome, extraction, extraction_problem, engine, failure, attempts, said_from, created_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (tenant_id, conversation_id) do update
set
    state = excluded.state, message_count = excluded.message_count, summary = excluded.summary,
    sentiment = excluded.sentiment, sentiment_label = excluded.sentiment_label,
    sentiment_measured = excluded.sentiment_measured, outcome = excluded.outcome,
    extraction = excluded.extraction, extraction_problem = excluded.extraction_problem,
    engine = excluded.engine, failure = excluded.failure, attempts = excluded.attempts,
    said_from = excluded.said_from, created_at = excluded.created_at;

-- name: done
-- Notes how many messages of a conversation are reported on.
update conversations
set reported_count = $3, report_claimed_until = null, report_attempts = 0
where tenant_id = $1 and conversation_id = $2;

-- name: retry
-- Has a report tried again after some seconds, unless somebody else has begun it since.
update conversations
set report_claimed_until = now() + make_interval(secs => $4)
where tenant_id = $1 and conversation_id = $2 and report_attempts = $3 and message_count > reported_count;

-- name: find
-- The reports of some conversations, and whether one is due.
select
    conversations.conversation_id,
    conversations.state <> 'open' and conversations.message_count > conversations.reported_count as due,
    conversation_reports.state, conversation_reports.message_count, conversation_reports.summary,
    conversation_reports.sentiment, conversation_reports.sentiment_label,
    conversation_reports.sentiment_measured, conversation_reports.outcome, conversation_reports.extraction,
    conversation_reports.extraction_problem, conversation_reports.engine, conversation_reports.failure,
    conversation_reports.said_from, conversation_reports.created_at
from conversations
left join conversation_reports
    on conversation_reports.tenant_id = conversations.tenant_id
    and conversation_reports.conversation_id = conversations.conversation_id
where conversations.tenant_id = $1 and conversations.conversation_id = any($2::uuid []);
