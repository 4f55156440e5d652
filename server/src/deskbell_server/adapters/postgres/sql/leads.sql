-- name: serialise
-- Nobody else records or changes leads of this tenant before this transaction ends.
select pg_advisory_xact_lock(hashtext('deskbell.leads.' || $1::text));

-- name: of_key
-- Which lead an idempotency key was used for.
select lead_id from lead_keys where tenant_id = $1 and idempotency_key = $2;

-- name: use_key
-- Notes what an idempotency key was used for.
insert into lead_keys (tenant_id, idempotency_key, lead_id, used_at) values ($1, $2, $3, $4);

-- name: move_keys
-- Has the keys of a lead mean the one that it was merged into.
update lead_keys set lead_id = $3 where tenant_id = $1 and lead_id = $2;

-- name: alike
-- The leads with a phone or an e-mail address, the oldest first: none, one, or two of the same person.
select * from leads
where tenant_id = $1 and ((phone <> '' and phone = $2) or (email <> '' and email = $3))
order by lead_id
for update;

-- name: create
-- Adds a lead.
insert into leads (
    tenant_id, lead_id, name, phone, email, intent, property_id, notes, consent_text, consented_at, status,
    caller_id, earlier_caller_ids, conversation_id, agent_id, updated_at, created_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
returning *;

-- name: get
-- One lead.
select * from leads where tenant_id = $1 and lead_id = $2;

-- name: lock
-- One lead, which nobody else changes before this transaction ends.
select * from leads where tenant_id = $1 and lead_id = $2 for update;

-- name: page
-- A tenant's leads before an id (NULL: from the last), of a status (NULL: of any) and of a time, the newest first.
select * from leads
where
    tenant_id = $1
    and ($2::uuid is null or lead_id < $2)
    and ($3::text is null or status = $3)
    and ($5::timestamptz is null or created_at >= $5)
    and ($6::timestamptz is null or created_at < $6)
order by lead_id desc
limit $4;

-- name: update
-- Overwrites everything that can change of a lead.
update leads
set
    name = $3, phone = $4, email = $5, intent = $6, property_id = $7, notes = $8, consent_text = $9,
    consented_at = $10, status = $11, caller_id = $12, earlier_caller_ids = $13, conversation_id = $14,
    agent_id = $15, updated_at = $16, version = version + 1
where tenant_id = $1 and lead_id = $2
returning *;

-- name: delete
-- Deletes a lead; its keys stay, so that a repeat does not bring it back.
delete from leads where tenant_id = $1 and lead_id = $2 returning lead_id;

-- name: delete_old
-- Deletes a tenant's leads that did not change since a moment.
delete from leads where tenant_id = $1 and updated_at < $2;

-- name: forget_keys
-- Forgets the keys that were used before a moment.
delete from lead_keys where tenant_id = $1 and used_at < $2;
