-- name: add
-- Adds an entry.
insert into audit_entries (
    tenant_id, entry_id, at, actor, method, resource, address, request_id, outcome
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: page
-- A tenant's entries before an id (NULL: from the last), the newest first; not those of another tenant that had this
-- id before.
select * from audit_entries
where
    tenant_id = $1
    and ($2::uuid is null or entry_id < $2)
    and at >= coalesce((select created_at from tenants where id = $1), '-infinity')
order by entry_id desc
limit $3;

-- name: page_of_actor
-- The same of one actor.
select * from audit_entries
where
    tenant_id = $1
    and ($2::uuid is null or entry_id < $2)
    and at >= coalesce((select created_at from tenants where id = $1), '-infinity')
    and actor = $4
order by entry_id desc
limit $3;

-- name: delete_old
-- Deletes the entries, of all tenants, made before a moment.
delete from audit_entries where at < $1;
