CREATE TABLE t (
    id INTEGER NOT NULL,
    a UUID,
    PRIMARY KEY (id)
);
