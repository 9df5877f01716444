-- migrate:up
ALTER TABLE t COLLATE=utf8mb4_bin, MODIFY COLUMN a varchar(20) NULL, ADD COLUMN c varchar(5) NULL;

-- migrate:down
ALTER TABLE t COLLATE=utf8mb4_general_ci, MODIFY COLUMN a varchar(20) NULL, DROP COLUMN c;
