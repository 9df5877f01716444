CREATE TABLE t (
    id INTEGER NOT NULL,
    a BOOL,
    PRIMARY KEY (id)
);
