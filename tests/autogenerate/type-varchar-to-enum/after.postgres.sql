CREATE TYPE mood AS ENUM ('x', 'y');
CREATE TABLE t (
    id INTEGER NOT NULL,
    a mood,
    PRIMARY KEY (id)
);
