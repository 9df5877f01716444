-- migrate:up
ALTER TABLE t DROP INDEX i;

-- migrate:down
ALTER TABLE t ADD KEY i (a);
