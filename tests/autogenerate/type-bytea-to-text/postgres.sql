-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE text;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE bytea USING a::bytea;
