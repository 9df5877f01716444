CREATE TABLE t (
    id INTEGER NOT NULL,
    n DATETIME DEFAULT (current_timestamp()),
    PRIMARY KEY (id)
);
