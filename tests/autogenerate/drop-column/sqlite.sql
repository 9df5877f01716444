-- migrate:up
ALTER TABLE t DROP COLUMN n;

-- migrate:down
ALTER TABLE t ADD COLUMN n INTEGER;

-- migrate:lossy t.n the column is dropped
