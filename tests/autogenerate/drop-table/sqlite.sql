-- migrate:up
DROP TABLE t;

-- migrate:down
CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    PRIMARY KEY (id)
);

-- migrate:lossy t the table is dropped
