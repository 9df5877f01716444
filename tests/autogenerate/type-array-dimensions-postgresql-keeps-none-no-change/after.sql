CREATE TABLE t (
    id INTEGER NOT NULL,
    a INTEGER[][],
    PRIMARY KEY (id)
);
