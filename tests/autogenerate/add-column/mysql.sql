-- migrate:up
ALTER TABLE t ADD COLUMN n int(11) NULL;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
