-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE smallint;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE integer;

-- migrate:lossy t.a integer becomes smallint
