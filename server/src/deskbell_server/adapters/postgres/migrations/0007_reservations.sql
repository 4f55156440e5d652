-- What can be booked, when, and what was booked.
--
-- Two reservations never hold one unit of a resource at a time: an exclusion constraint says so, whatever the server
-- believes. Capacity is the number of units.

-- Equality of text and integers in a GiST index. A trusted extension: whoever may create in the database may install it.
create extension if not exists btree_gist;

create table resources (
    tenant_id text collate "C" not null references tenants on delete cascade,
    resource_id text collate "C" not null check (resource_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    display_name text not null check (char_length(display_name) between 1 and 200),
    kind text not null check (kind in ('staff', 'room')),
    capacity integer not null check (capacity between 1 and 500),
    -- Read and written as a whole, and never searched.
    hours jsonb check (jsonb_typeof(hours) = 'object'),
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, resource_id)
);
comment on column resources.capacity is 'how many reservations it can have at a time: its units, from 1';
comment on column resources.hours is 'in the tenant''s time zone, as in opening_hours; null: the business''s own';

create table services (
    tenant_id text collate "C" not null references tenants on delete cascade,
    service_id text collate "C" not null check (service_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    display_name text not null check (char_length(display_name) between 1 and 200),
    duration_minutes integer not null check (duration_minutes between 1 and 44640),
    buffer_minutes integer not null check (buffer_minutes between 0 and 44640),
    price text not null check (char_length(price) <= 200),
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, service_id),
    check (duration_minutes + buffer_minutes <= 44640)
);
comment on column services.buffer_minutes is 'for which the resource is held after the service';
comment on column services.price is 'a text to be said; nothing is computed from it';

create table service_resources (
    tenant_id text collate "C" not null,
    service_id text collate "C" not null,
    resource_id text collate "C" not null,
    primary key (tenant_id, service_id, resource_id),
    foreign key (tenant_id, service_id) references services on delete cascade,
    foreign key (tenant_id, resource_id) references resources on delete cascade
);
comment on table service_resources is 'which resources can serve';
create index service_resources_of_resource on service_resources (tenant_id, resource_id);

create table opening_hours (
    tenant_id text collate "C" primary key references tenants on delete cascade,
    hours jsonb not null check (jsonb_typeof(hours) = 'object'),
    granularity_minutes integer not null check (granularity_minutes between 5 and 1440),
    lead_minutes integer not null check (lead_minutes between 0 and 129600),
    horizon_minutes integer not null check (horizon_minutes between 1440 and 1051200),
    version bigint not null check (version >= 0),
    updated_at timestamptz not null,
    check (lead_minutes < horizon_minutes)
);
comment on table opening_hours is 'of the business itself, and the rules of when something can begin';
comment on column opening_hours.granularity_minutes is 'from one start to the next, counted from opening';
comment on column opening_hours.lead_minutes is 'how long before its start something can be booked at least';
comment on column opening_hours.horizon_minutes is 'how long before its start something can be booked at most';
comment on column opening_hours.hours is
    '{"weekly": {"0": [[540, 1020]]}, "exceptions": {"2026-12-25": []}}: minutes after midnight on the clock on the wall';

create table reservations (
    tenant_id text collate "C" not null references tenants on delete cascade,
    reservation_id uuid not null,
    service_id text collate "C" not null,
    resource_id text collate "C" not null,
    unit integer not null check (unit between 1 and 500),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    held_until timestamptz not null,
    caller_name text not null check (char_length(caller_name) <= 200),
    caller_phone text not null check (char_length(caller_phone) <= 50),
    caller_email text not null check (char_length(caller_email) <= 254),
    caller_id text not null check (char_length(caller_id) <= 100),
    notes text not null check (char_length(notes) <= 2000),
    state text not null check (state in ('booked', 'cancelled')),
    idempotency_key text collate "C" not null check (char_length(idempotency_key) between 1 and 200),
    -- Not a foreign key: a reservation outlives the conversation in which it was made.
    conversation_id uuid,
    version bigint not null default 1 check (version >= 1),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, reservation_id),
    unique (tenant_id, idempotency_key),
    -- Without ON DELETE: what has reservations is not deleted by itself, and with its tenant all go together.
    foreign key (tenant_id, service_id) references services,
    foreign key (tenant_id, resource_id) references resources,
    check (starts_at < ends_at and ends_at <= held_until),
    check (held_until - starts_at <= interval '744 hours'),
    constraint reservations_hold_a_unit_alone exclude using gist (
        tenant_id with =, resource_id with =, unit with =, tstzrange(starts_at, held_until) with &&
    ) where (state = 'booked')
);
comment on column reservations.held_until is 'the end of the buffer after ends_at, until when the unit is held';
comment on column reservations.idempotency_key is 'names the attempt, for example a turn; a second one finds the first one''s row';

create index reservations_by_time on reservations (tenant_id, starts_at, reservation_id);
create index reservations_of_resource on reservations (tenant_id, resource_id, starts_at);
create index reservations_of_service on reservations (tenant_id, service_id);
create index reservations_of_caller on reservations (tenant_id, caller_id) where caller_id <> '';

alter table tenants
    add column reservation_days integer not null default 0 check (reservation_days between 0 and 3650);
comment on column tenants.reservation_days is 'how long after their end they are deleted; 0: never';

-- ---- rights

grant update (reservation_days) on tenants to deskbell_server;

alter table resources enable row level security, force row level security;
alter table services enable row level security, force row level security;
alter table service_resources enable row level security, force row level security;
alter table opening_hours enable row level security, force row level security;
alter table reservations enable row level security, force row level security;

grant select, insert, update, delete on resources, services, reservations to deskbell_server;
grant select, insert, delete on service_resources to deskbell_server;
grant select, insert, update on opening_hours to deskbell_server;

create policy server_keeps_to_its_tenant on resources to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on services to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on service_resources to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on opening_hours to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on reservations to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
