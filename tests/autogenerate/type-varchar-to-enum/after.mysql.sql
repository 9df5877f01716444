CREATE TABLE t (
    id INTEGER NOT NULL,
    a ENUM('x','y'),
    PRIMARY KEY (id)
);
