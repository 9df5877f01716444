CREATE TABLE t (
    id INTEGER NOT NULL,
    a JSONB DEFAULT '{"x": 1}',
    PRIMARY KEY (id)
);
