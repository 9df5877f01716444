-- migrate:up
ALTER TABLE t ADD COLUMN e enum('x','y') NULL;

-- migrate:down
ALTER TABLE t DROP COLUMN e;
