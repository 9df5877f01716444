-- migrate:up
ALTER TABLE t DROP COLUMN zz;

-- migrate:down
ALTER TABLE t ADD COLUMN zz INTEGER;

-- migrate:lossy t.zz the column is dropped
