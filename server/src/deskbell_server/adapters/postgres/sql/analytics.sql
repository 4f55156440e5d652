-- name: limits
-- For the rest of the transaction: gives up early, and plans each query for the times and the agent it is about.
set local statement_timeout = '5s';
set local plan_cache_mode = 'force_custom_plan';

-- name: conversations
-- By bucket (those between the moments in $2, numbered from 1) and of an agent (NULL: of all): conversations, calls, and
-- the seconds of calls that are over.
select
    width_bucket(started_at, $2::timestamptz[]) as bucket,
    count(*) as conversations,
    count(*) filter (where channel = 'voice') as calls,
    coalesce(sum(extract(epoch from ended_at - started_at)) filter (where channel = 'voice'), 0)::float8
        as call_seconds
from reporting.conversations
where
    tenant_id = $1
    and started_at >= ($2::timestamptz[])[1]
    and started_at < $3
    and ($4::text is null or agent_id = $4)
group by bucket;

-- name: turns
-- By bucket and intent: turns by what became of them, what the cache had, and tokens.
select
    width_bucket(created_at, $2::timestamptz[]) as bucket,
    intent,
    count(*) as turns,
    count(*) filter (where outcome = 'answered') as answered,
    count(*) filter (where outcome = 'refused') as refused,
    count(*) filter (where outcome = 'served') as served,
    count(*) filter (where outcome = 'chatted') as chatted,
    count(*) filter (where outcome = 'handed_over') as handed_over,
    count(*) filter (where outcome = 'failed') as failed,
    count(*) filter (where cache <> '') as cache_lookups,
    count(*) filter (where cache in ('exact', 'semantic')) as cache_hits,
    sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens
from reporting.turns
where
    tenant_id = $1
    and created_at >= ($2::timestamptz[])[1]
    and created_at < $3
    and ($4::text is null or agent_id = $4)
group by bucket, intent;

-- name: stages
-- By bucket and stage: how many there were, and percentiles (continuous: between two, in proportion) of their
-- milliseconds. The stages are found by steps in the index, and each bucket of each is a range of it, whose bounds are
-- columns: by row-level security only what leaks nothing is looked up in an index, which expressions may.
with recursive stages (stage) as (
    (select stage from reporting.turn_stages where tenant_id = $1 order by stage limit 1)
    union all
    (
        select
            (
                select later.stage from reporting.turn_stages as later
                where later.tenant_id = $1 and later.stage > stages.stage
                order by later.stage
                limit 1
            )
        from stages
        where stages.stage is not null
    )
)

select
    buckets.bucket::integer,
    stages.stage,
    found.count,
    found.percentiles
from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as buckets (start, stop, bucket)
cross join stages
cross join lateral (
    select
        count(*) as count,
        percentile_cont(array [0.5, 0.95]) within group (order by milliseconds) as percentiles
    from reporting.turn_stages
    where
        tenant_id = $1
        and stage = stages.stage
        and created_at >= buckets.start
        and created_at < buckets.stop
        and ($4::text is null or agent_id = $4)
) as found
where stages.stage is not null and found.count > 0;

-- name: reservations
-- By bucket: reservations that were made then, and that were cancelled then.
select
    bucket,
    count(*) filter (where made) as made,
    count(*) filter (where not made) as cancelled
from (
    select
        width_bucket(created_at, $2::timestamptz[]) as bucket,
        true as made
    from reporting.reservations
    where
        tenant_id = $1
        and created_at >= ($2::timestamptz[])[1]
        and created_at < $3
        and ($4::text is null or agent_id = $4)
    union all
    select
        width_bucket(cancelled_at, $2::timestamptz[]),
        false
    from reporting.reservations
    where
        tenant_id = $1
        and cancelled_at >= ($2::timestamptz[])[1]
        and cancelled_at < $3
        and ($4::text is null or agent_id = $4)
) as changes
group by bucket;

-- name: leads
-- By bucket: leads that were first heard of then.
select
    width_bucket(created_at, $2::timestamptz[]) as bucket,
    count(*) as leads
from reporting.leads
where
    tenant_id = $1
    and created_at >= ($2::timestamptz[])[1]
    and created_at < $3
    and ($4::text is null or agent_id = $4)
group by bucket;
