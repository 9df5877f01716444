CREATE TABLE t (
    id INTEGER NOT NULL,
    e ENUM('y','x'),
    PRIMARY KEY (id)
);
