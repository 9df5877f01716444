CREATE TABLE t (
    id INTEGER NOT NULL,
    a DATE,
    PRIMARY KEY (id)
);
