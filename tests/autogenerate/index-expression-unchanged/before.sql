CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    n INTEGER,
    PRIMARY KEY (id)
);
CREATE INDEX i ON t (lower(a));
