-- migrate:up
ALTER TABLE t MODIFY COLUMN e enum('y','x') NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN e enum('x','y') NULL;
