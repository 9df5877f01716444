-- migrate:up
ALTER TABLE t DROP INDEX i, ADD FULLTEXT KEY i (a);

-- migrate:down
ALTER TABLE t DROP INDEX i, ADD KEY i (a);
