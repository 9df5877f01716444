-- migrate:up
ALTER TABLE t DROP COLUMN zz;

-- migrate:down
ALTER TABLE t ADD COLUMN zz int(11) NULL;

-- migrate:lossy t.zz the column is dropped
