-- name: create
-- Adds a key.
insert into api_keys (
    tenant_id, key_id, display_name, scopes, secret_hash, expires_at, created_at, requests_per_second,
    request_burst, max_concurrent_calls, monthly_call_minutes, monthly_tokens
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
returning *;

-- name: get
-- One key.
select * from api_keys where tenant_id = $1 and key_id = $2;

-- name: page
-- A tenant's keys after an id (NULL: from the first), by id.
select * from api_keys
where tenant_id = $1 and ($2::text is null or key_id > $2)
order by key_id
limit $3;

-- name: touch
-- Notes when a key was used, to the minute.
update api_keys
set last_used_at = $3
where tenant_id = $1 and key_id = $2 and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute');

-- name: rotate
-- Puts another secret in place; the one before works until a moment.
update api_keys
set secret_hash = $3, previous_hash = secret_hash, previous_expires_at = $4
where tenant_id = $1 and key_id = $2 and revoked_at is null
returning *;

-- name: revoke
-- Makes a key useless.
update api_keys
set revoked_at = coalesce(revoked_at, $3)
where tenant_id = $1 and key_id = $2
returning *;
