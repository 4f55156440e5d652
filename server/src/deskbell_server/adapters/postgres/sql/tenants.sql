-- name: create
-- Adds a tenant.
insert into tenants (
    id, display_name, industry, language_code, time_zone, phone_numbers, email_addresses, card_numbers,
    national_ids, audio_days, transcript_days, lead_days, reservation_days, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
returning *;

-- name: get
-- One tenant.
select * from tenants where id = $1;

-- name: lock
-- One tenant, which nobody else changes before this transaction ends.
select * from tenants where id = $1 for update;

-- name: page
-- The tenants after an id (NULL: from the first), by id.
select * from tenants
where $1::text is null or id > $1
order by id
limit $2;

-- name: update
-- Overwrites everything that can change of a tenant.
update tenants
set
    display_name = $2, industry = $3, language_code = $4, time_zone = $5, phone_numbers = $6,
    email_addresses = $7, card_numbers = $8, national_ids = $9, audio_days = $10, transcript_days = $11,
    lead_days = $12, reservation_days = $13, updated_at = $14, version = version + 1
where id = $1
returning *;

-- name: forget_requests
-- Deletes the records of a tenant's requests but the one that is being done: their answers name what will be gone, and
-- another tenant may get this id.
delete from request_records where tenant_id = $1 and created_at < now();

-- name: delete
-- Deletes a tenant and, by foreign keys, everything of it.
delete from tenants where id = $1 returning id;
