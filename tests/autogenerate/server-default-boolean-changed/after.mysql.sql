CREATE TABLE t (
    id INTEGER NOT NULL,
    a BOOL DEFAULT false,
    PRIMARY KEY (id)
);
