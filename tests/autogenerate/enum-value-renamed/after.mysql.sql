CREATE TABLE t (
    id INTEGER NOT NULL,
    e ENUM('x','w'),
    PRIMARY KEY (id)
);
