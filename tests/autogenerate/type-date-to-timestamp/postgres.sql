-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE timestamp without time zone;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE date;

-- migrate:lossy t.a date becomes timestamp without time zone
