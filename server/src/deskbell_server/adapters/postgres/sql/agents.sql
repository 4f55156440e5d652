-- name: create
-- Adds an agent.
insert into agents (
    tenant_id, agent_id, display_name, type, system_prompt, greeting, voice, speaking_rate,
    end_of_utterance_silence, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
returning *;

-- name: get
-- One agent.
select * from agents where tenant_id = $1 and agent_id = $2;

-- name: lock
-- One agent, which nobody else changes before this transaction ends.
select * from agents where tenant_id = $1 and agent_id = $2 for update;

-- name: page
-- A tenant's agents after an id (NULL: from the first), by id.
select * from agents
where tenant_id = $1 and ($2::text is null or agent_id > $2)
order by agent_id
limit $3;

-- name: update
-- Overwrites everything that can change of an agent.
update agents
set
    display_name = $3, type = $4, system_prompt = $5, greeting = $6, voice = $7, speaking_rate = $8,
    end_of_utterance_silence = $9, updated_at = $10, version = version + 1
where tenant_id = $1 and agent_id = $2
returning *;

-- name: delete
-- Deletes an agent; its conversations stay.
delete from agents where tenant_id = $1 and agent_id = $2 returning agent_id;
