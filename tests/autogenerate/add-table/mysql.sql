-- migrate:up
CREATE TABLE t (
    id int(11) NOT NULL,
    a varchar(20) NULL,
    PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE t;
