-- The statements of accounts.sql for the platform's operators, who have no tenant: $1 is NULL.

-- name: find
-- An operator by e-mail address.
select operator_id as id, 'platform_operator' as role, disabled, password_hash
from operators
where $1::text is null and lower(email) = lower($2);

-- name: find_by_id
-- An operator by id.
select operator_id as id, 'platform_operator' as role, disabled, password_hash
from operators
where $1::text is null and operator_id = $2;

-- name: rehash
-- Puts another hash of the same password in place.
update operators set password_hash = $3 where $1::text is null and operator_id = $2;

-- name: set_password
-- Puts the hash of another password in place.
update operators set password_hash = $3, updated_at = $4 where $1::text is null and operator_id = $2;

-- name: end_sessions
-- Ends an operator's sessions but one (NULL: all of them).
update operator_sessions
set revoked_at = $3
where
    $1::text is null and operator_id = $2 and revoked_at is null and session_id is distinct from $4;

-- name: open_session
-- Adds a sign-in.
with signed_in as (
    update operators set last_sign_in_at = $4 where $1::text is null and operator_id = $2
)
insert into operator_sessions (operator_id, session_id, generation, created_at, expires_at)
values ($2, $3, 1, $4, $5);

-- name: session
-- A session with its operator as it is now.
select operator_id as id, 'platform_operator' as role, disabled, generation, expires_at, revoked_at
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
where $1::text is null and session_id = $2 and revoked_at is null;
