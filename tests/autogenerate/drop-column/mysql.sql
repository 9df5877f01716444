-- migrate:up
ALTER TABLE t DROP COLUMN n;

-- migrate:down
ALTER TABLE t ADD COLUMN n int(11) NULL;

-- migrate:lossy t.n the column is dropped
