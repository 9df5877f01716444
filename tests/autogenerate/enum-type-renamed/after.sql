CREATE TYPE mood2 AS ENUM ('x', 'y');
CREATE TABLE t (
    id INTEGER NOT NULL,
    e mood2,
    PRIMARY KEY (id)
);
