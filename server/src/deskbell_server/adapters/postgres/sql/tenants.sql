-- name: create
-- Adds a tenant.
insert into tenants (id, display_name, industry, language_code, time_zone, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7)
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
set display_name = $2, industry = $3, language_code = $4, time_zone = $5, updated_at = $6
where id = $1
returning *;

-- name: delete
-- Deletes a tenant and, by foreign keys, everything of it.
delete from tenants where id = $1 returning id;
