-- migrate:up
ALTER TABLE t DROP INDEX i, ADD UNIQUE KEY i (a);

-- migrate:down
ALTER TABLE t DROP INDEX i, ADD KEY i (a);
