-- migrate:up
DROP TABLE t;

-- migrate:down
CREATE TABLE t (
    id int(11) NOT NULL,
    a varchar(20) NULL,
    PRIMARY KEY (id)
);

-- migrate:lossy t the table is dropped
