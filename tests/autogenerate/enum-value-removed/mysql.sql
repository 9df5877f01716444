-- migrate:up
ALTER TABLE t MODIFY COLUMN e enum('x','y') NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN e enum('x','y','z') NULL;

-- migrate:lossy t.e enum('x','y','z') becomes enum('x','y')
