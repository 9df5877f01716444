CREATE TABLE t (
    id INTEGER NOT NULL,
    e ENUM('x','z'),
    PRIMARY KEY (id)
);
