-- migrate:up
ALTER TABLE t MODIFY COLUMN a double NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a float NULL;
