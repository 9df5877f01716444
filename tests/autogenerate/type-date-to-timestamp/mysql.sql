-- migrate:up
ALTER TABLE t MODIFY COLUMN a datetime NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a date NULL;

-- migrate:lossy t.a date becomes datetime
