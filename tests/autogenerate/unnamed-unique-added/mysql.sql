-- migrate:up
ALTER TABLE t ADD UNIQUE KEY a (a);

-- migrate:down
ALTER TABLE t DROP INDEX a;
