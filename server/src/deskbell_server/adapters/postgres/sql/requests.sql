-- name: claim
-- Notes a request, unless there is one with its id; waits while that one is being done. A record that has outlived
-- its day is taken over.
insert into request_records (tenant_id, actor, request_id, method, fingerprint, created_at)
values ($1, $2, $3, $4, $5, now())
on conflict (tenant_id, actor, request_id) do update
set
    method = excluded.method,
    fingerprint = excluded.fingerprint,
    sealed_response = null,
    created_at = excluded.created_at
where request_records.created_at < now() - interval '24 hours'
returning 1;

-- name: get
-- What was noted of a request.
select method, fingerprint, sealed_response
from request_records
where tenant_id = $1 and actor = $2 and request_id = $3;

-- name: set_response
-- Adds what a request was answered.
update request_records
set sealed_response = $4
where tenant_id = $1 and actor = $2 and request_id = $3;

-- name: delete_old
-- Deletes the requests, of all tenants, that need not be remembered any more.
delete from request_records where created_at < now() - interval '24 hours';
