CREATE TABLE t (
    id INTEGER NOT NULL,
    e ENUM('x','y'),
    PRIMARY KEY (id)
);
