-- migrate:up
ALTER TABLE t MODIFY COLUMN e enum('x','y','z') NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN e enum('x','y') NULL;
