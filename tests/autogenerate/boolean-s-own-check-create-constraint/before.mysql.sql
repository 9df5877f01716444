CREATE TABLE t (
    id INTEGER NOT NULL,
    b BOOL,
    PRIMARY KEY (id)
);
