-- name: create
-- Adds a document that waits to be indexed.
insert into documents (
    tenant_id, document_id, title, media_type, text, size_bytes, state, created_at, updated_at
)
values ($1, $2, $3, $4, $5, $6, 'processing', $7, $8)
returning
    tenant_id, document_id, title, media_type, size_bytes, state, passage_count, indexed_passage_count,
    failure, created_at, updated_at;

-- name: lock_room
-- Nobody else adds a document of this tenant before this transaction ends.
select pg_advisory_xact_lock(hashtext('deskbell.knowledge.' || $1::text));

-- name: bytes
-- The bytes of all of a tenant's documents.
select coalesce(sum(size_bytes), 0)::bigint from documents where tenant_id = $1;

-- name: get
-- One document without its text.
select
    tenant_id, document_id, title, media_type, size_bytes, state, passage_count, indexed_passage_count,
    failure, created_at, updated_at
from documents
where tenant_id = $1 and document_id = $2;

-- name: get_text
-- One document's text.
select text from documents where tenant_id = $1 and document_id = $2;

-- name: page
-- A tenant's documents after an id (NULL: from the first), by id, without their texts.
select
    tenant_id, document_id, title, media_type, size_bytes, state, passage_count, indexed_passage_count,
    failure, created_at, updated_at
from documents
where tenant_id = $1 and ($2::text is null or document_id > $2)
order by document_id
limit $3;

-- name: delete
-- Deletes a document and, by foreign key, its passages; the tenant's knowledge has a new version.
with deleted as (
    delete from documents where tenant_id = $1 and document_id = $2 returning tenant_id, document_id
),

renewed as (
    insert into knowledge_versions (tenant_id, version)
    select tenant_id, gen_random_uuid() from deleted
    on conflict (tenant_id) do update set version = excluded.version
)

select document_id from deleted;

-- name: nearest
-- The passages of a tenant's READY documents nearest to an embedding by cosine, measured one by one.
select
    document_id, title, passage_index, start_offset, end_offset, passages.text, heading,
    1 - (embedding <=> $2) as similarity
from passages
join documents using (tenant_id, document_id)
where tenant_id = $1 and state = 'ready'
order by embedding <=> $2, document_id, passage_index
limit $3;

-- name: matching
-- The passages of a tenant's READY documents that have any word of a question, those with most of the
-- question's words first, with their cosine to an embedding. MATERIALIZED: the question is parsed once, not
-- for each passage.
with question as materialized (
    select replace(plainto_tsquery('public.deskbell_english', $2)::text, ' & ', ' | ')::tsquery as any_word
)
select
    document_id, title, passage_index, start_offset, end_offset, passages.text, heading,
    1 - (embedding <=> $3) as similarity, ts_rank(words, any_word) as rank
from question
cross join passages
join documents using (tenant_id, document_id)
where tenant_id = $1 and state = 'ready' and words @@ any_word
order by rank desc, document_id, passage_index
limit $4;

-- name: containing
-- As matching, without an embedding to measure.
with question as materialized (
    select replace(plainto_tsquery('public.deskbell_english', $2)::text, ' & ', ' | ')::tsquery as any_word
)
select
    document_id, title, passage_index, start_offset, end_offset, passages.text, heading,
    0::double precision as similarity, ts_rank(words, any_word) as rank
from question
cross join passages
join documents using (tenant_id, document_id)
where tenant_id = $1 and state = 'ready' and words @@ any_word
order by rank desc, document_id, passage_index
limit $3;
