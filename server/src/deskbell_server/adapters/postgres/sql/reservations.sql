-- name: lock_resources
-- Those of some resources that are there. Whoever books one of them waits until this transaction ends, in one order, so
-- that nobody waits for each other. Foreign keys to them can still be checked.
select resource_id from resources
where tenant_id = $1 and resource_id = any($2::text[])
order by resource_id
for no key update;

-- name: free_unit
-- The first unit of a resource that nothing but one reservation (NULL: nothing) holds at a time. Overlap is said in
-- comparisons because those of ranges are not leakproof: under row-level security no index would be used for them. 744
-- hours are the longest that a unit can be held, so that what is long over is not read.
select unit
from resources, generate_series(1, resources.capacity) as unit
where
    resources.tenant_id = $1
    and resources.resource_id = $2
    and not exists (
        select from reservations
        where
            reservations.tenant_id = $1
            and reservations.resource_id = $2
            and reservations.unit = unit.unit
            and state = 'booked'
            and starts_at < $4
            and held_until > $3
            and starts_at > $3::timestamptz - interval '744 hours'
            and reservation_id is distinct from $5::uuid
    )
order by unit
limit 1;

-- name: create
-- Adds a reservation, unless its unit is held or its key was used. Without ON CONFLICT two of them could each wait for
-- the other at the exclusion constraint; with it one of them withdraws its row first.
insert into reservations (
    tenant_id, reservation_id, service_id, resource_id, unit, starts_at, ends_at, held_until, caller_name, caller_phone,
    caller_email, caller_id, notes, state, idempotency_key, conversation_id, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'booked', $14, $15, $16, $16)
on conflict do nothing
returning *;

-- name: get
-- One reservation.
select * from reservations where tenant_id = $1 and reservation_id = $2;

-- name: get_by_key
-- What an attempt has booked.
select * from reservations where tenant_id = $1 and idempotency_key = $2;

-- name: lock
-- One reservation, which nobody else changes before this transaction ends.
select * from reservations where tenant_id = $1 and reservation_id = $2 for update;

-- name: page
-- A tenant's reservations that start within a time, after one (NULL: from the first), by start and id.
select * from reservations
where
    tenant_id = $1
    and starts_at >= $2
    and starts_at < $3
    and ($4::timestamptz is null or (starts_at, reservation_id) > ($4, $5::uuid))
    and ($6::text is null or resource_id = $6)
    and ($7 or state = 'booked')
order by starts_at, reservation_id
limit $8;

-- name: of_conversation
-- What was booked in a conversation, by start.
select * from reservations
where tenant_id = $1 and conversation_id = $2
order by starts_at, reservation_id;

-- name: of_caller
-- What is booked and not over for a caller who is known by one of three, by start.
select * from reservations
where
    tenant_id = $1
    and ends_at > $2
    and state = 'booked'
    and (
        caller_phone = nullif($3, '')
        or lower(caller_email) = lower(nullif($4, ''))
        or caller_id = nullif($5, '')
    )
order by starts_at, reservation_id
limit 20;

-- name: held
-- The units of some resources that are held within a time.
select resource_id, unit, starts_at, held_until
from reservations
where
    tenant_id = $1
    and resource_id = any($2::text[])
    and state = 'booked'
    and starts_at < $4
    and held_until > $3
    and starts_at > $3::timestamptz - interval '744 hours'
order by resource_id, starts_at, unit;

-- name: move
-- Puts a reservation to another time and unit.
update reservations
set
    resource_id = $3, unit = $4, starts_at = $5, ends_at = $6, held_until = $7, updated_at = $8,
    version = version + 1
where tenant_id = $1 and reservation_id = $2
returning *;

-- name: update
-- Overwrites for whom a reservation is, and its notes.
update reservations
set
    caller_name = $3, caller_phone = $4, caller_email = $5, caller_id = $6, notes = $7, updated_at = $8,
    version = version + 1
where tenant_id = $1 and reservation_id = $2
returning *;

-- name: cancel
-- Frees a reservation's unit.
update reservations
set state = 'cancelled', updated_at = $3, version = version + 1
where tenant_id = $1 and reservation_id = $2
returning *;
