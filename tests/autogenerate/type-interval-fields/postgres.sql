-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE interval day USING a::interval day;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE interval USING a::interval;

-- migrate:lossy t.a interval becomes interval day
