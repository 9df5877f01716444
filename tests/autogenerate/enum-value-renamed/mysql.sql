-- migrate:up
ALTER TABLE t MODIFY COLUMN e enum('x','y','w') NULL;
UPDATE t SET e = 'w' WHERE e = 'y';
ALTER TABLE t MODIFY COLUMN e enum('x','w') NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN e enum('x','w','y') NULL;
UPDATE t SET e = 'y' WHERE e = 'w';
ALTER TABLE t MODIFY COLUMN e enum('x','y') NULL;
