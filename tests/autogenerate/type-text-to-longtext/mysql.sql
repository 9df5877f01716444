-- migrate:up
ALTER TABLE t MODIFY COLUMN a longtext NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a text NULL;
