-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE timestamp with time zone;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE timestamp without time zone;

-- migrate:lossy t.a timestamp without time zone becomes timestamp with time zone
