CREATE TABLE t (
    id INTEGER NOT NULL,
    a CHAR(20),
    PRIMARY KEY (id)
);
