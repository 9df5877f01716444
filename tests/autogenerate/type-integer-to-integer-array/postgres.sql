-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE integer[] USING CASE WHEN a IS NOT NULL THEN ARRAY[a]::integer[] END;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE integer USING a[1]::integer;

-- migrate:lossy t.a integer becomes integer[]
