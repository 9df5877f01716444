-- migrate:up
ALTER TABLE t INHERIT base;

-- migrate:down
ALTER TABLE t NO INHERIT base;
