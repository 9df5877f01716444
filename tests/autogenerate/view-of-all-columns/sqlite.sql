-- migrate:up
ALTER TABLE t ADD COLUMN email INTEGER;

-- migrate:down
ALTER TABLE t DROP COLUMN email;
