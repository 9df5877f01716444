-- migrate:up
ALTER TABLE t ADD COLUMN n INTEGER;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
