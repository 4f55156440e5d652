-- name: create
-- Adds an operator.
insert into operators (operator_id, email, password_hash, created_at, updated_at)
values ($1, $2, $3, $4, $4)
returning *;

-- name: page
-- The operators after an id (NULL: from the first), by id.
select * from operators
where $1::text is null or operator_id > $1
order by operator_id
limit $2;

-- name: delete
-- Deletes an operator and, by foreign key, the operator's sessions.
delete from operators where operator_id = $1 returning operator_id;
