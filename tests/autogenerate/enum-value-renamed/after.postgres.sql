CREATE TYPE mood AS ENUM ('x', 'w');
CREATE TABLE t (
    id INTEGER NOT NULL,
    e mood,
    PRIMARY KEY (id)
);
