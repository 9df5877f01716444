-- migrate:up
ALTER TABLE p ALTER COLUMN id TYPE bigint;
ALTER TABLE t ALTER COLUMN p TYPE bigint;

-- migrate:down
ALTER TABLE p ALTER COLUMN id TYPE integer;
ALTER TABLE t ALTER COLUMN p TYPE integer;
