-- Versions of agents: what an agent is stands in its versions, which never change; which of them callers get stands in
-- its traffic. An agent's own row keeps what is none of a version's.

create table agent_versions (
    tenant_id text collate "C" not null,
    agent_id text collate "C" not null,
    number integer not null check (number >= 1),
    display_name text not null check (char_length(display_name) between 1 and 200),
    type text not null check (type in ('receptionist', 'real_estate', 'custom')),
    system_prompt text not null check (char_length(system_prompt) <= 8000),
    greeting text not null check (char_length(greeting) <= 500),
    voice text not null check (char_length(voice) <= 100),
    speaking_rate double precision not null check (speaking_rate between 0.5 and 2),
    end_of_utterance_silence double precision not null check (end_of_utterance_silence between 0.2 and 3),
    handoff_destination text not null default '' check (char_length(handoff_destination) <= 200),
    handoff_message text not null default '' check (char_length(handoff_message) <= 500),
    -- One object for each: kind, text. Read and written as a whole, and never searched.
    intent_examples jsonb not null default '[]' check (
        jsonb_typeof(intent_examples) = 'array' and jsonb_array_length(intent_examples) <= 200
    ),
    -- The text as it was given, in its own order.
    extraction_schema text not null default '' check (char_length(extraction_schema) <= 8000),
    lead_consent text not null default '' check (char_length(lead_consent) <= 500),
    turn_budget double precision not null default 0.8 check (turn_budget between 0.2 and 10),
    created_at timestamptz not null,
    created_by text not null check (char_length(created_by) <= 200),
    note text not null check (char_length(note) <= 500),
    primary key (tenant_id, agent_id, number),
    foreign key (tenant_id, agent_id) references agents on delete cascade
);
comment on column agent_versions.end_of_utterance_silence is 'seconds';
comment on column agent_versions.turn_budget is 'seconds until the first audio';
comment on column agent_versions.extraction_schema is 'JSON Schema; empty: nothing is extracted';
comment on column agent_versions.created_by is 'empty: not known';

create table agent_traffic (
    tenant_id text collate "C" not null,
    agent_id text collate "C" not null,
    release integer not null check (release >= 1),
    number integer not null,
    buckets smallint [] not null check (
        cardinality(buckets) between 1 and 100 and 0 <= all (buckets) and 99 >= all (buckets)
    ),
    primary key (tenant_id, agent_id, release, number),
    foreign key (tenant_id, agent_id, number) references agent_versions on delete cascade
);
comment on table agent_traffic is 'who got which version in each release; the agent says which release is live';
comment on column agent_traffic.buckets is 'of the 100 into which callers fall by a hash';

alter table agents
    add column newest integer not null default 1 check (newest >= 1),
    add column release integer not null default 1 check (release >= 1);
comment on column agents.newest is 'number of the newest version, live or not';
comment on column agents.release is 'the release in agent_traffic that is live';
comment on column agents.display_name is 'that of the newest version, for lists and reports';

-- The agents of before get a version 1, which is live. Forced row-level security would hide them from an owner who is
-- no superuser.
alter table agents no force row level security;
insert into agent_versions (
    tenant_id, agent_id, number, display_name, type, system_prompt, greeting, voice, speaking_rate,
    end_of_utterance_silence, created_at, created_by, note
)
select
    tenant_id, agent_id, 1, display_name, type, system_prompt, greeting, voice, speaking_rate,
    end_of_utterance_silence, updated_at, '', ''
from agents;
insert into agent_traffic (tenant_id, agent_id, release, number, buckets)
select tenant_id, agent_id, 1, 1, array(select generate_series(0, 99)) from agents;
alter table agents force row level security;

alter table agents
    drop column type,
    drop column system_prompt,
    drop column greeting,
    drop column voice,
    drop column speaking_rate,
    drop column end_of_utterance_silence;
alter table agents alter column newest drop default, alter column release drop default;

alter table conversations add column agent_version integer check (agent_version >= 1);
comment on column conversations.agent_version is 'NULL for those from before there were versions';

create view agents_by_version with (security_invoker = true) as
select
    agents.created_at as agent_created_at,
    agents.updated_at,
    agents.version,
    agents.newest,
    -- Pairs of number and percent, by number.
    array(
        select array[agent_traffic.number, cardinality(agent_traffic.buckets)]
        from agent_traffic
        where
            agent_traffic.tenant_id = agents.tenant_id
            and agent_traffic.agent_id = agents.agent_id
            and agent_traffic.release = agents.release
        order by agent_traffic.number
    ) as traffic,
    agent_versions.*
from agents
inner join agent_versions
    on agent_versions.tenant_id = agents.tenant_id and agent_versions.agent_id = agents.agent_id;
comment on view agents_by_version is 'each version with what is its agent''s';

-- ---- rights

alter table agent_versions enable row level security, force row level security;
alter table agent_traffic enable row level security, force row level security;

-- A version never changes, nor does what a release was; both go with their agent, a release also when it is rolled back.
grant select, insert on agent_versions to deskbell_server;
grant select, insert, delete on agent_traffic to deskbell_server;
grant select on agents_by_version to deskbell_server;
create policy server_keeps_to_its_tenant on agent_versions to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));
create policy server_keeps_to_its_tenant on agent_traffic to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant select (tenant_id, agent_id, newest, release) on agents to deskbell_dashboard;
grant select (tenant_id, agent_id, number, display_name, type, created_at, created_by, note)
    on agent_versions to deskbell_dashboard;
grant select on agent_traffic to deskbell_dashboard;
grant select (agent_version) on conversations to deskbell_dashboard;
create policy dashboard_keeps_to_its_tenant on agent_versions for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
create policy dashboard_keeps_to_its_tenant on agent_traffic for select to deskbell_dashboard
    using (tenant_id = current_setting('app.tenant_id', true));
