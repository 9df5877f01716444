-- migrate:up
ALTER TABLE t DROP INDEX u;

-- migrate:down
ALTER TABLE t ADD UNIQUE KEY u (a);
