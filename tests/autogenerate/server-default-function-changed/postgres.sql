-- migrate:up
ALTER TABLE t ALTER COLUMN a SET DEFAULT clock_timestamp();

-- migrate:down
ALTER TABLE t ALTER COLUMN a SET DEFAULT now();
