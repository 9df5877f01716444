CREATE TABLE t (
    id INTEGER NOT NULL,
    a BIGINT[],
    PRIMARY KEY (id)
);
