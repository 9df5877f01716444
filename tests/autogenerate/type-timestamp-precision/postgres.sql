-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE timestamp(3) without time zone;

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE timestamp without time zone;

-- migrate:lossy t.a timestamp without time zone becomes timestamp(3) without time zone
