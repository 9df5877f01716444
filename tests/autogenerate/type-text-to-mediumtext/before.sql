CREATE TABLE t (
    id INTEGER NOT NULL,
    a TEXT,
    PRIMARY KEY (id)
);
