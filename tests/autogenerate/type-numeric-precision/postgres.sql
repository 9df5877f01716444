-- migrate:up
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,2);

-- migrate:down
ALTER TABLE t ALTER COLUMN a TYPE numeric(8,2);
