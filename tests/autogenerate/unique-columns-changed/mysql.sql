-- migrate:up
ALTER TABLE t DROP INDEX u, ADD UNIQUE KEY u (a, n);

-- migrate:down
ALTER TABLE t DROP INDEX u, ADD UNIQUE KEY u (a);
