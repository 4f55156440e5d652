-- name: create
-- Adds a user.
insert into users (
    tenant_id, user_id, email, display_name, role, disabled, password_hash, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
returning *;

-- name: get
-- One user.
select * from users where tenant_id = $1 and user_id = $2;

-- name: lock
-- One user, whom nobody else changes before this transaction ends.
select * from users where tenant_id = $1 and user_id = $2 for update;

-- name: page
-- A tenant's users after an id (NULL: from the first), by id.
select * from users
where tenant_id = $1 and ($2::text is null or user_id > $2)
order by user_id
limit $3;

-- name: update
-- Overwrites what can change of a user.
update users
set display_name = $3, role = $4, disabled = $5, updated_at = $6, version = version + 1
where tenant_id = $1 and user_id = $2
returning *;

-- name: lock_owners
-- The owners who can sign in; none of them is demoted, disabled or deleted by others before this transaction ends.
select user_id from users
where tenant_id = $1 and role = 'owner' and not disabled
order by user_id
for update;

-- name: set_password
-- Puts a password's hash in place.
update users set password_hash = $3, updated_at = $4 where tenant_id = $1 and user_id = $2 returning user_id;

-- name: end_sessions
-- Ends a user's sessions but one (NULL: all of them).
update sessions
set revoked_at = $3
where tenant_id = $1 and user_id = $2 and revoked_at is null and session_id is distinct from $4;

-- name: delete
-- Deletes a user and, by foreign key, the user's sessions.
delete from users where tenant_id = $1 and user_id = $2 returning user_id;
