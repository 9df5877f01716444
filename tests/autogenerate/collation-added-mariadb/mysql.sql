-- migrate:up
ALTER TABLE t MODIFY COLUMN a varchar(20) COLLATE utf8mb4_bin NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;
