-- Documents, the passages they are split into, and the queue of those that wait to be indexed.

create table documents (
    tenant_id text collate "C" not null references tenants on delete cascade,
    document_id text collate "C" not null check (document_id ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$'),
    title text not null check (char_length(title) between 1 and 200),
    media_type text not null check (media_type in ('text/plain', 'text/markdown')),
    text text not null check (char_length(text) <= 2000000),
    size_bytes bigint not null check (size_bytes >= 0),
    state text not null check (state in ('processing', 'ready', 'failed')),
    claimed_until timestamptz,
    passage_count integer not null default 0 check (passage_count >= 0),
    indexed_passage_count integer not null default 0 check (indexed_passage_count >= 0),
    failure text not null default '' check (char_length(failure) <= 1000),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, document_id),
    check ((state = 'failed') = (failure <> ''))
);
comment on column documents.claimed_until is 'end of the lease of the indexer that works on it';

-- The queue: few rows, whatever the number of documents.
create index documents_to_index on documents (created_at) where state = 'processing';

alter table documents enable row level security, force row level security;

grant select, insert, delete on documents to deskbell_server;
create policy server_keeps_to_its_tenant on documents to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true))
    with check (tenant_id = current_setting('app.tenant_id', true));

grant
    select (
        tenant_id, document_id, media_type, text, state, claimed_until, indexed_passage_count, created_at
    ),
    update (state, claimed_until, passage_count, indexed_passage_count, failure, updated_at)
    on documents to deskbell_platform;
create policy platform_reads_the_queue on documents for select to deskbell_platform using (true);
create policy platform_works_the_queue on documents for update to deskbell_platform using (true);

-- Words are stemmed as English, after accents are dropped from those that have any: speech recognition
-- writes "Zoe" where the document has "Zoë". Words of other languages are found by their exact form.
create text search configuration deskbell_english (copy = pg_catalog.english);
alter text search configuration deskbell_english
    alter mapping for hword, hword_part, word with unaccent, english_stem;

create table passages (
    tenant_id text collate "C" not null,
    document_id text collate "C" not null,
    passage_index integer not null check (passage_index >= 0),
    heading text not null,
    text text not null,
    start_offset integer not null check (start_offset >= 0),
    end_offset integer not null check (end_offset >= start_offset),
    embedding halfvec(384) not null,
    words tsvector not null generated always as (
        setweight(to_tsvector('public.deskbell_english'::regconfig, heading), 'A')
        || setweight(to_tsvector('public.deskbell_english'::regconfig, text), 'B')
    ) stored,
    primary key (tenant_id, document_id, passage_index),
    foreign key (tenant_id, document_id) references documents on delete cascade
);
comment on column passages.start_offset is 'in code points of the document''s text';

-- Search is exact over the tenant's rows, which the primary key finds. An HNSW index over all tenants would
-- lose most hits to the filter that follows it, and a GIN index on words could not be used at all: `@@` is
-- not leakproof, so row-level security has it evaluated after its own filter.
-- The embedding stays in the row (776 bytes), where a scan finds it without a second look-up.
alter table passages alter column embedding set storage plain;

alter table passages enable row level security, force row level security;

grant select on passages to deskbell_server;
create policy server_reads_its_tenant on passages for select to deskbell_server
    using (tenant_id = current_setting('app.tenant_id', true));

grant
    select (tenant_id, document_id, passage_index),
    insert (tenant_id, document_id, passage_index, heading, text, start_offset, end_offset, embedding)
    on passages to deskbell_platform;
create policy platform_counts_passages on passages for select to deskbell_platform using (true);
create policy platform_adds_passages on passages for insert to deskbell_platform with check (true);
