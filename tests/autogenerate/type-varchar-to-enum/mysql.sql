-- migrate:up
ALTER TABLE t MODIFY COLUMN a enum('x','y') NULL;

-- migrate:down
ALTER TABLE t MODIFY COLUMN a varchar(20) NULL;

-- migrate:lossy t.a varchar(20) becomes enum('x','y')
