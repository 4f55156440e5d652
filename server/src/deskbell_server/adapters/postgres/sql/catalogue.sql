-- name: create_resource
-- Adds a resource.
insert into resources (
    tenant_id, resource_id, display_name, kind, capacity, hours, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8)
returning *;

-- name: get_resource
-- One resource.
select * from resources where tenant_id = $1 and resource_id = $2;

-- name: lock_resource
-- One resource, which nobody else changes before this transaction ends.
select * from resources where tenant_id = $1 and resource_id = $2 for no key update;

-- name: page_resources
-- A tenant's resources after an id (NULL: from the first), by id.
select * from resources
where tenant_id = $1 and ($2::text is null or resource_id > $2)
order by resource_id
limit $3;

-- name: update_resource
-- Overwrites everything that can change of a resource.
update resources
set display_name = $3, kind = $4, capacity = $5, hours = $6::text::jsonb, updated_at = $7, version = version + 1
where tenant_id = $1 and resource_id = $2
returning *;

-- name: delete_resource
-- Deletes a resource; services lose it by foreign key.
delete from resources where tenant_id = $1 and resource_id = $2 returning resource_id;

-- name: create_service
-- Adds a service.
insert into services (
    tenant_id, service_id, display_name, duration_minutes, buffer_minutes, price, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning service_id;

-- name: set_service_resources
-- Names the resources that can serve, of a service that has none.
insert into service_resources (tenant_id, service_id, resource_id)
select $1, $2, unnest($3::text[]);

-- name: clear_service_resources
-- Takes its resources from a service.
delete from service_resources where tenant_id = $1 and service_id = $2;

-- name: get_service
-- One service with its resources.
select
    services.*,
    array(
        select resource_id from service_resources
        where service_resources.tenant_id = $1 and service_resources.service_id = services.service_id
        order by resource_id
    ) as resources
from services
where tenant_id = $1 and service_id = $2;

-- name: lock_service
-- One service, which nobody else changes before this transaction ends.
select service_id from services where tenant_id = $1 and service_id = $2 for no key update;

-- name: page_services
-- A tenant's services after an id (NULL: from the first) with their resources, by id.
select
    services.*,
    array(
        select resource_id from service_resources
        where service_resources.tenant_id = $1 and service_resources.service_id = services.service_id
        order by resource_id
    ) as resources
from services
where tenant_id = $1 and ($2::text is null or service_id > $2)
order by service_id
limit $3;

-- name: update_service
-- Overwrites everything that can change of a service but its resources.
update services
set
    display_name = $3, duration_minutes = $4, buffer_minutes = $5, price = $6, updated_at = $7,
    version = version + 1
where tenant_id = $1 and service_id = $2;

-- name: delete_service
-- Deletes a service.
delete from services where tenant_id = $1 and service_id = $2 returning service_id;

-- name: resources_of
-- The resources that can serve, by id.
select resources.*
from resources
join service_resources using (tenant_id, resource_id)
where resources.tenant_id = $1 and service_resources.service_id = $2
order by resources.resource_id;

-- name: missing_resources
-- Those of some ids that are no resource's.
select wanted.resource_id
from unnest($2::text[]) as wanted (resource_id)
where not exists (
    select from resources where resources.tenant_id = $1 and resources.resource_id = wanted.resource_id
)
order by wanted.resource_id;

-- name: agenda
-- A service with one row for each resource that can serve (one without any, if none can), by id: the business's hours
-- (in the first row) and rules, and what the resource is held for from $3 to $4 and for as long afterwards as the service
-- holds it. Of the hours only the exceptions that can matter to that: a service takes 744 hours at most, and 3 days are
-- more than the zones differ, with the day that is looked at on either side. Overlap is said as in reservations.sql.
with bounds as materialized (
    select
        ($3::timestamptz - interval '3 days')::date as first_day,
        ($4::timestamptz + interval '744 hours' + interval '3 days')::date as last_day
),

business as materialized (
    select
        opening_hours.*,
        jsonb_set(
            opening_hours.hours,
            '{exceptions}',
            coalesce(
                (
                    select jsonb_object_agg(each.day, each.intervals)
                    from jsonb_each(opening_hours.hours -> 'exceptions') as each (day, intervals)
                    cross join bounds
                    where each.day::date between bounds.first_day and bounds.last_day
                ),
                '{}'
            )
        ) as near_hours
    from opening_hours
    where opening_hours.tenant_id = $1
)

select
    resources.tenant_id,
    resources.resource_id,
    resources.display_name,
    resources.kind,
    resources.capacity,
    resources.created_at,
    resources.updated_at,
    resources.version,
    jsonb_set(
        resources.hours,
        '{exceptions}',
        coalesce(
            (
                select jsonb_object_agg(each.day, each.intervals)
                from jsonb_each(resources.hours -> 'exceptions') as each (day, intervals)
                cross join bounds
                where each.day::date between bounds.first_day and bounds.last_day
            ),
            '{}'
        )
    ) as hours,
    services.tenant_id as service_tenant_id,
    services.service_id,
    services.display_name as service_display_name,
    services.duration_minutes,
    services.buffer_minutes,
    services.price,
    services.version as service_version,
    services.created_at as service_created_at,
    services.updated_at as service_updated_at,
    case when row_number() over (order by resources.resource_id) = 1 then business.near_hours end as business_hours,
    business.granularity_minutes,
    business.lead_minutes,
    business.horizon_minutes,
    business.version as business_version,
    held.units,
    held.since,
    held.until
from services
left join business on business.tenant_id = services.tenant_id
left join service_resources
    on service_resources.tenant_id = services.tenant_id and service_resources.service_id = services.service_id
left join resources
    on resources.tenant_id = service_resources.tenant_id and resources.resource_id = service_resources.resource_id
left join lateral (
    select
        array_agg(reservations.unit) as units,
        array_agg(reservations.starts_at) as since,
        array_agg(reservations.held_until) as until
    from reservations
    where
        reservations.tenant_id = $1
        and reservations.resource_id = resources.resource_id
        and reservations.state = 'booked'
        and reservations.starts_at < $4::timestamptz
        + make_interval(mins => services.duration_minutes + services.buffer_minutes)
        and reservations.held_until > $3
        and reservations.starts_at > $3::timestamptz - interval '744 hours'
) as held on true
where services.tenant_id = $1 and services.service_id = $2
order by resources.resource_id;

-- name: get_hours
-- A tenant's opening hours and rules.
select hours as business_hours, granularity_minutes, lead_minutes, horizon_minutes, version as business_version
from opening_hours
where tenant_id = $1;

-- name: begin_hours
-- Puts a row in place of opening hours that were never set, so that it can be locked.
insert into opening_hours (
    tenant_id, hours, granularity_minutes, lead_minutes, horizon_minutes, version, updated_at
)
values ($1, $2::text::jsonb, $3, $4, $5, 0, $6)
on conflict (tenant_id) do nothing;

-- name: lock_hours
-- A tenant's opening hours and rules, which nobody else changes before this transaction ends.
select hours as business_hours, granularity_minutes, lead_minutes, horizon_minutes, version as business_version
from opening_hours
where tenant_id = $1
for update;

-- name: update_hours
-- Overwrites opening hours and rules.
update opening_hours
set
    hours = $2::text::jsonb, granularity_minutes = $3, lead_minutes = $4, horizon_minutes = $5, updated_at = $6,
    version = version + 1
where tenant_id = $1
returning hours as business_hours, granularity_minutes, lead_minutes, horizon_minutes, version as business_version;
