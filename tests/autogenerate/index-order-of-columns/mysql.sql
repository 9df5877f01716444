-- migrate:up
ALTER TABLE t DROP INDEX i, ADD KEY i (n, a);

-- migrate:down
ALTER TABLE t DROP INDEX i, ADD KEY i (a, n);
