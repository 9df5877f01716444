-- migrate:up
ALTER TABLE t DROP INDEX a;

-- migrate:down
ALTER TABLE t ADD UNIQUE KEY a (a);
