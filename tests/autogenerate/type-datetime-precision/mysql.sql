-- migrate:up
ALTER TABLE t MODIFY COLUMN a datetime(3) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a datetime NULL;
