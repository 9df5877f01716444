-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE bigint;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE integer;
