-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,4);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,2);

-- migrate:lossy t.a numeric(10,2) becomes numeric(10,4)
