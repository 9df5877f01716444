-- migrate:up
ALTER TABLE t DROP INDEX i, ADD KEY i (a(5));

-- migrate:down
ALTER TABLE t DROP INDEX i, ADD KEY i (a);
