-- migrate:up
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(50) NULL;

-- migrate:lossy t.a varchar(50) becomes varchar(20)
