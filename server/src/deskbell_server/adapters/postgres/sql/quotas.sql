-- name: get
-- A tenant's own limits; a row of NULLs while it has none, no row if there is no tenant.
select tenant_quotas.*
from tenants
left join tenant_quotas on tenant_quotas.tenant_id = tenants.id
where tenants.id = $1;

-- name: lock
-- The tenant, so that nobody else changes its limits before this transaction ends.
select id from tenants where id = $1 for no key update;

-- name: put
-- Overwrites a tenant's limits.
insert into tenant_quotas (
    tenant_id, requests_per_second, request_burst, model_requests_per_second, concurrent_calls,
    monthly_call_minutes, monthly_tokens, knowledge_bytes, version
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (tenant_id) do update
set
    requests_per_second = excluded.requests_per_second,
    request_burst = excluded.request_burst,
    model_requests_per_second = excluded.model_requests_per_second,
    concurrent_calls = excluded.concurrent_calls,
    monthly_call_minutes = excluded.monthly_call_minutes,
    monthly_tokens = excluded.monthly_tokens,
    knowledge_bytes = excluded.knowledge_bytes,
    version = excluded.version;

-- name: usage
-- What a tenant has used in a month, and the bytes of its documents now.
select
    coalesce((select call_seconds from tenant_usage where tenant_id = $1 and month = $2), 0) as call_seconds,
    coalesce((select tokens from tenant_usage where tenant_id = $1 and month = $2), 0) as tokens,
    coalesce((select sum(size_bytes) from documents where tenant_id = $1), 0)::bigint as knowledge_bytes;

-- name: key_usage
-- What was used in a month with one key.
select call_seconds, tokens from api_key_usage where tenant_id = $1 and key_id = $2 and month = $3;

-- name: add_key_usage
-- Counts seconds of calls and tokens of the chat model for a key; returns the month's seconds.
insert into api_key_usage (tenant_id, key_id, month, call_seconds, tokens)
values ($1, $2, $3, $4, $5)
on conflict (tenant_id, key_id, month) do update
set
    call_seconds = api_key_usage.call_seconds + excluded.call_seconds,
    tokens = api_key_usage.tokens + excluded.tokens
returning call_seconds;

-- name: add_usage
-- Counts seconds of calls and tokens of the chat model; returns the month's seconds.
insert into tenant_usage (tenant_id, month, call_seconds, tokens)
values ($1, $2, $3, $4)
on conflict (tenant_id, month) do update
set
    call_seconds = tenant_usage.call_seconds + excluded.call_seconds,
    tokens = tenant_usage.tokens + excluded.tokens
returning call_seconds;
