-- migrate:up
ALTER TABLE t DROP INDEX u, ADD UNIQUE KEY u (n, a);

-- migrate:down
ALTER TABLE t DROP INDEX u, ADD UNIQUE KEY u (a, n);
