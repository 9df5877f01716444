-- migrate:up
ALTER TABLE t ALTER COLUMN a SET DEFAULT false;

-- migrate:down
ALTER TABLE t ALTER COLUMN a SET DEFAULT true;
