-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE integer;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE bigint;

-- migrate:lossy t.a bigint becomes integer
