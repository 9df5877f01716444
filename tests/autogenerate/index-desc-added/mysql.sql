-- migrate:up
ALTER TABLE t DROP INDEX i, ADD KEY i (a DESC);

-- migrate:down
ALTER TABLE t DROP INDEX i, ADD KEY i (a);
