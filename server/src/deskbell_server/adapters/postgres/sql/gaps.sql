-- name: serialise
-- Nobody else adds to this tenant's gaps, or takes from them, before this transaction ends.
select pg_advisory_xact_lock(hashtext('deskbell.gaps.' || $1::text));

-- name: mentioned
-- The turns of a conversation that are mentions already.
select turn_id from knowledge_gap_mentions where tenant_id = $1 and conversation_id = $2;

-- name: of_key
-- The gap in which a question was asked in the same words.
select gap_id from knowledge_gap_mentions where tenant_id = $1 and question_key = $2 limit 1;

-- name: nearest
-- The gaps nearest to a question, by cosine.
select gap_id, question, 1 - (embedding <=> $2) as similarity
from knowledge_gaps
where tenant_id = $1
order by embedding <=> $2
limit $3;

-- name: create
-- Adds a gap that was asked for the first time.
insert into knowledge_gaps (
    tenant_id, gap_id, question, question_key, embedding, ask_count, first_asked_at, last_asked_at,
    last_conversation_id, status, created_at, updated_at
)
values ($1, $2, $3, $4, $5, 1, $6, $6, $7, 'open', $8, $8);

-- name: ask_again
-- Counts a question that is a gap already. One that was answered, and is still asked after that, is open again.
update knowledge_gaps
set
    ask_count = ask_count + 1,
    first_asked_at = least(first_asked_at, $3),
    last_conversation_id = case when $3 >= last_asked_at then $4 else last_conversation_id end,
    last_asked_at = greatest(last_asked_at, $3),
    status = case when status = 'answered' and $3 > decided_at then 'open' else status end,
    version = version + 1,
    updated_at = $5
where tenant_id = $1 and gap_id = $2;

-- name: mention
-- Notes in which turn a gap was asked.
insert into knowledge_gap_mentions (
    tenant_id, conversation_id, turn_id, gap_id, question, question_key, embedding, asked_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: page
-- A tenant's gaps after a place in the order (NULL: from the first) and of a status (NULL: of any): those asked most
-- often first, then the newest.
select
    gap_id, question, ask_count, first_asked_at, last_asked_at, last_conversation_id, status, version,
    created_at, updated_at
from knowledge_gaps
where
    tenant_id = $1
    and ($2::integer is null or (ask_count, gap_id) < ($2, $3::uuid))
    and ($4::text is null or status = $4)
order by ask_count desc, gap_id desc
limit $5;

-- name: lock
-- One gap, which nobody else changes before this transaction ends.
select
    gap_id, question, ask_count, first_asked_at, last_asked_at, last_conversation_id, status, version,
    created_at, updated_at
from knowledge_gaps
where tenant_id = $1 and gap_id = $2
for update;

-- name: decide
-- Sets the status of a gap.
update knowledge_gaps
set status = $3, decided_at = $4, updated_at = $4, version = version + 1
where tenant_id = $1 and gap_id = $2
returning
    gap_id, question, ask_count, first_asked_at, last_asked_at, last_conversation_id, status, version,
    created_at, updated_at;

-- name: delete_old_mentions
-- Deletes what was asked before a moment.
delete from knowledge_gap_mentions where tenant_id = $1 and asked_at < $2;

-- name: erase_mentions
-- Deletes what was asked in a caller's conversations.
delete from knowledge_gap_mentions
using conversations
where
    knowledge_gap_mentions.tenant_id = $1
    and conversations.tenant_id = knowledge_gap_mentions.tenant_id
    and conversations.conversation_id = knowledge_gap_mentions.conversation_id
    and conversations.caller_id = $2;

-- name: drop_unmentioned
-- Deletes the gaps that nobody is left to have asked.
delete from knowledge_gaps
where
    tenant_id = $1
    and not exists (
        select from knowledge_gap_mentions
        where
            knowledge_gap_mentions.tenant_id = knowledge_gaps.tenant_id
            and knowledge_gap_mentions.gap_id = knowledge_gaps.gap_id
    );

-- name: settle
-- Has gaps tell what is left of their mentions: how many, since when, in whose words.
with left_over as (
    select distinct on (gap_id)
        gap_id, question, question_key, embedding,
        count(*) over of_gap as ask_count,
        min(asked_at) over of_gap as first_asked_at,
        max(asked_at) over of_gap as last_asked_at,
        first_value(conversation_id) over (
            partition by gap_id order by asked_at desc, turn_id
        ) as last_conversation_id
    from knowledge_gap_mentions
    where tenant_id = $1
    window of_gap as (partition by gap_id)
    order by gap_id, asked_at, turn_id
)
update knowledge_gaps
set
    question = left_over.question,
    question_key = left_over.question_key,
    embedding = left_over.embedding,
    ask_count = left_over.ask_count,
    first_asked_at = left_over.first_asked_at,
    last_asked_at = left_over.last_asked_at,
    last_conversation_id = left_over.last_conversation_id,
    version = knowledge_gaps.version + 1
from left_over
where
    knowledge_gaps.tenant_id = $1
    and knowledge_gaps.gap_id = left_over.gap_id
    and knowledge_gaps.ask_count <> left_over.ask_count;
