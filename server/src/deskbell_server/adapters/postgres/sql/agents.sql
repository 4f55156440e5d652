-- name: create
-- Adds an agent, whose version 1 is live.
insert into agents (tenant_id, agent_id, display_name, newest, release, created_at, updated_at)
values ($1, $2, $3, 1, 1, $4, $5);

-- name: add_version
-- Adds a version of an agent.
insert into agent_versions (
    tenant_id, agent_id, number, display_name, type, system_prompt, greeting, voice, speaking_rate,
    end_of_utterance_silence, handoff_destination, handoff_message, intent_examples, extraction_schema,
    lead_consent, turn_budget, created_at, created_by, note
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- name: lock
-- An agent's counters; nobody else changes it before this transaction ends.
select version, newest, release from agents where tenant_id = $1 and agent_id = $2 for update;

-- name: newest
-- An agent in its newest version.
select * from agents_by_version where tenant_id = $1 and agent_id = $2 and number = newest;

-- name: of_bucket
-- An agent in the version that callers of a bucket get.
select * from agents_by_version
where
    tenant_id = $1 and agent_id = $2 and number = (
        select agent_traffic.number
        from agents
        inner join agent_traffic using (tenant_id, agent_id, release)
        where agents.tenant_id = $1 and agents.agent_id = $2 and $3 = any(agent_traffic.buckets)
    );

-- name: version
-- An agent in one of its versions.
select * from agents_by_version where tenant_id = $1 and agent_id = $2 and number = $3;

-- name: page
-- A tenant's agents after an id (NULL: from the first), by id, each in its newest version.
select * from agents_by_version
where tenant_id = $1 and number = newest and ($2::text is null or agent_id > $2)
order by agent_id
limit $3;

-- name: versions
-- An agent's versions before a number (NULL: from the newest), the newest first.
select * from agents_by_version
where tenant_id = $1 and agent_id = $2 and ($3::integer is null or number < $3)
order by number desc
limit $4;

-- name: existing
-- Which of these numbers are versions of an agent.
select number from agent_versions where tenant_id = $1 and agent_id = $2 and number = any($3::integer []);

-- name: traffic
-- The buckets of each version in a release.
select number, buckets from agent_traffic where tenant_id = $1 and agent_id = $2 and release = $3;

-- name: add_traffic
-- Gives a version buckets in a release.
insert into agent_traffic (tenant_id, agent_id, release, number, buckets) values ($1, $2, $3, $4, $5);

-- name: release_before
-- The last release before one, in which callers got a version (NULL: any); NULL if there is none.
select max(release)
from agent_traffic
where tenant_id = $1 and agent_id = $2 and release < $3 and ($4::integer is null or number = $4);

-- name: forget_releases
-- Deletes the releases from one on.
delete from agent_traffic where tenant_id = $1 and agent_id = $2 and release >= $3;

-- name: update
-- Notes what has changed of an agent (no name: it keeps its own).
update agents
set display_name = coalesce($3, display_name), newest = $4, release = $5, updated_at = $6, version = version + 1
where tenant_id = $1 and agent_id = $2;

-- name: delete
-- Deletes an agent with its versions; its conversations stay.
delete from agents where tenant_id = $1 and agent_id = $2 returning agent_id;
