CREATE TYPE mood AS ENUM ('x', 'y');
CREATE TABLE t (
    id INTEGER NOT NULL,
    e mood,
    PRIMARY KEY (id)
);
