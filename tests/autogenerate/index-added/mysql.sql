-- migrate:up
ALTER TABLE t ADD KEY i (a);

-- migrate:down
ALTER TABLE t DROP INDEX i;
