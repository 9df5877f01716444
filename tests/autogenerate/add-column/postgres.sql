-- migrate:up
ALTER TABLE t ADD COLUMN n integer;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
