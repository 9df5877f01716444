-- migrate:up
ALTER TABLE t DROP COLUMN zz;

-- migrate:down
ALTER TABLE t ADD COLUMN zz integer;

-- migrate:lossy t.zz the column is dropped
