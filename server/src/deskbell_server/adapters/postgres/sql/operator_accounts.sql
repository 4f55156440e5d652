-- The statements of accounts.sql for the platform's operators, who have no tenant: $1 is NULL.

-- name: find
-- An operator by e-mail address.
select operator_id as id, 'platform_operator' as role, false as disabled, password_hash
from operators
where $1::text is null and lower(email) = lower($2);

-- name: find_by_id
-- An operator by id.
select operator_id as id, 'platform_operator' as role, false as disabled, password_hash
from operators
where $1::text is null and operator_id = $2;

-- name: rehash
-- Puts another hash of the same password in place, if it still is the one that was verified.
update operators set password_hash = $4 where $1::text is null and operator_id = $2 and password_hash = $3;

-- name: set_password
-- Puts the hash of another password in place, if it still is the one that was verified.
update operators
set password_hash = $4, updated_at = $5
where $1::text is null and operator_id = $2 and password_hash = $3
returning operator_id;

-- name: end_sessions
-- Ends an operator's sessions but one (NULL: all of them).
update operator_sessions
set revoked_at = $3
where
    $1::text is null and operator_id = $2 and revoked_at is null and session_id is distinct from $4;

-- name: open_session
-- Adds a sign-in, if the password's hash still is the one that was verified. The update locks the row: a reset at the
-- same time comes before it, and then there is no sign-in, or after it, and ends this session too.
with signed_in as (
    update operators
    set last_sign_in_at = $4
    where $1::text is null and operator_id = $2 and password_hash = $6
    returning operator_id
)
insert into operator_sessions (operator_id, session_id, generation, created_at, expires_at)
select operator_id, $3::uuid, 1, $4::timestamptz, $5::timestamptz
from signed_in
returning session_id;

-- name: session
-- A session with its operator as it is now.
select operator_id as id, 'platform_operator' as role, false as disabled, generation, expires_at, revoked_at
from operator_sessions
join operators using (operator_id)
where $1::text is null and session_id = $2;

-- name: refresh
-- Counts a session's generation up, if it still is the one given.
update operator_sessions
set generation = generation + 1
where
    $1::text is null and session_id = $2 and generation = $3 and revoked_at is null and expires_at > $4
returning generation;

-- name: revoke
-- Ends a session.
update operator_sessions
set revoked_at = $3
where $1::text is null and session_id = $2 and revoked_at is null
returning session_id;
