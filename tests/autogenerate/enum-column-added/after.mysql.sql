CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    e ENUM('x','y'),
    PRIMARY KEY (id)
);
