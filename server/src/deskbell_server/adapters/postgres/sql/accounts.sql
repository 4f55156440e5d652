-- name: find
-- A user by e-mail address.
select user_id as id, role, disabled, password_hash
from users
where tenant_id = $1 and lower(email) = lower($2);

-- name: find_by_id
-- A user by id.
select user_id as id, role, disabled, password_hash from users where tenant_id = $1 and user_id = $2;

-- name: rehash
-- Puts another hash of the same password in place, if it still is the one that was verified.
update users set password_hash = $4 where tenant_id = $1 and user_id = $2 and password_hash = $3;

-- name: set_password
-- Puts the hash of another password in place, if it still is the one that was verified.
update users
set password_hash = $4, updated_at = $5
where tenant_id = $1 and user_id = $2 and password_hash = $3
returning user_id;

-- name: end_sessions
-- Ends a user's sessions but one (NULL: all of them).
update sessions
set revoked_at = $3
where tenant_id = $1 and user_id = $2 and revoked_at is null and session_id is distinct from $4;

-- name: open_session
-- Adds a sign-in, if the password's hash still is the one that was verified. The update locks the row: a reset at the
-- same time comes before it, and then there is no sign-in, or after it, and ends this session too.
with signed_in as (
    update users
    set last_sign_in_at = $4
    where tenant_id = $1 and user_id = $2 and password_hash = $6 and not disabled
    returning tenant_id, user_id
)
insert into sessions (tenant_id, user_id, session_id, generation, created_at, expires_at)
select tenant_id, user_id, $3::uuid, 1, $4::timestamptz, $5::timestamptz
from signed_in
returning session_id;

-- name: session
-- A session with its user as it is now.
select user_id as id, role, disabled, generation, expires_at, revoked_at
from sessions
join users using (tenant_id, user_id)
where tenant_id = $1 and session_id = $2;

-- name: refresh
-- Counts a session's generation up, if it still is the one given.
update sessions
set generation = generation + 1
where
    tenant_id = $1 and session_id = $2 and generation = $3 and revoked_at is null and expires_at > $4
returning generation;

-- name: revoke
-- Ends a session.
update sessions
set revoked_at = $3
where tenant_id = $1 and session_id = $2 and revoked_at is null
returning session_id;
