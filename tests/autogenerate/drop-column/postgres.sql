-- migrate:up
ALTER TABLE t DROP COLUMN n;

-- migrate:down
ALTER TABLE t ADD COLUMN n integer;

-- migrate:lossy t.n the column is dropped
