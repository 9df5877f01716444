-- migrate:up
CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    PRIMARY KEY (id)
);

-- migrate:down
DROP TABLE t;
