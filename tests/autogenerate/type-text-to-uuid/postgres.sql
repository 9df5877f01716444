-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE uuid USING a::uuid;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE text;

-- migrate:lossy t.a text becomes uuid
