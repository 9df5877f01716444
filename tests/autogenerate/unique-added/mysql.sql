-- migrate:up
ALTER TABLE t ADD UNIQUE KEY u (a);

-- migrate:down
ALTER TABLE t DROP INDEX u;
