CREATE TABLE t (
    id INTEGER NOT NULL,
    a JSON,
    PRIMARY KEY (id)
);
