CREATE TABLE t (
    id INTEGER NOT NULL,
    e ENUM('x','y','z'),
    PRIMARY KEY (id)
);
