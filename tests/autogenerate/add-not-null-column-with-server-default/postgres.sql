-- migrate:up
ALTER TABLE t ADD COLUMN n integer DEFAULT '0' NOT NULL;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
