CREATE TABLE t (
    id INTEGER NOT NULL,
    b BOOL,
    PRIMARY KEY (id),
    CONSTRAINT b_k CHECK (b IN (0, 1))
);
