-- name: create
-- Adds a token for an agent that exists.
insert into client_tokens (
    tenant_id, token_id, agent_id, caller_id, max_concurrent_calls, created_by, created_at, expires_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning *;

-- name: get
-- One token.
select * from client_tokens where tenant_id = $1 and token_id = $2;

-- name: page
-- A tenant's tokens that have not expired, before an id (NULL: from the last), the newest first.
select * from client_tokens
where tenant_id = $1 and ($2::uuid is null or token_id < $2) and expires_at > $4
order by token_id desc
limit $3;

-- name: revoke
-- Makes a token useless.
update client_tokens
set revoked_at = coalesce(revoked_at, $3)
where tenant_id = $1 and token_id = $2
returning *;
