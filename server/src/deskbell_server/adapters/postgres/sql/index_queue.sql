-- name: claim
-- Takes the document that has waited longest and that no indexer holds, for a lease in seconds.
with next as (
    select tenant_id, document_id
    from documents
    where state = 'processing' and (claimed_until is null or claimed_until < now())
    order by created_at
    limit 1
    for update skip locked
)
update documents
set claimed_until = now() + make_interval(secs => $1)
from next
where documents.tenant_id = next.tenant_id and documents.document_id = next.document_id
returning
    documents.tenant_id, documents.document_id, documents.media_type, documents.text,
    documents.indexed_passage_count;

-- name: begin
-- Notes how many passages a document has.
update documents
set passage_count = $3, updated_at = now()
where tenant_id = $1 and document_id = $2 and state = 'processing'
returning document_id;

-- name: renew
-- Renews the lease of a document, and locks it until this transaction ends.
update documents
set claimed_until = now() + make_interval(secs => $3)
where tenant_id = $1 and document_id = $2 and state = 'processing'
returning document_id;

-- name: add
-- Stores a passage, unless it is there.
insert into passages (
    tenant_id, document_id, passage_index, heading, text, start_offset, end_offset, embedding
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing;

-- name: count
-- Notes how many passages of a document are stored.
update documents
set
    indexed_passage_count = (
        select count(*)
        from passages
        where passages.tenant_id = $1 and passages.document_id = $2
    ),
    updated_at = now()
where tenant_id = $1 and document_id = $2;

-- name: finish
-- Makes a document READY, with a new version of the tenant's knowledge, or FAILED with a reason.
with finished as (
    update documents
    set
        state = case when $3 = '' then 'ready' else 'failed' end,
        failure = left($3, 1000),
        claimed_until = null,
        updated_at = now()
    where tenant_id = $1 and document_id = $2 and state = 'processing'
    returning tenant_id, state
)
insert into knowledge_versions (tenant_id, version)
select tenant_id, gen_random_uuid() from finished where state = 'ready'
on conflict (tenant_id) do update set version = excluded.version;
