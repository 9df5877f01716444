CREATE TYPE mood AS ENUM ('x', 'y', 'z');
CREATE TABLE t (
    id INTEGER NOT NULL,
    e mood,
    PRIMARY KEY (id)
);
