-- name: all
-- All keys, the newest first.
select key_id, sealed_private_key, created_at from signing_keys order by created_at desc, key_id;

-- name: lock
-- Nobody else adds a key before this transaction ends.
select pg_advisory_xact_lock(hashtext('deskbell.signing_keys'));

-- name: add
-- Adds a key, unless there is one made after a moment (NULL: in any case).
insert into signing_keys (key_id, sealed_private_key, created_at)
select $1, $2, $3
where $4::timestamptz is null or not exists (select from signing_keys where created_at > $4);

-- name: delete_before
-- Deletes the keys made before a moment, but never the newest.
delete from signing_keys
where created_at < $1 and created_at < (select max(created_at) from signing_keys)
returning key_id;
