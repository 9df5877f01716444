-- migrate:up
ALTER TABLE t DEFAULT CHARSET=latin1, MODIFY COLUMN a varchar(20) NULL;

-- migrate:down
ALTER TABLE t DEFAULT CHARSET=utf8mb4, MODIFY COLUMN a varchar(20) NULL;
