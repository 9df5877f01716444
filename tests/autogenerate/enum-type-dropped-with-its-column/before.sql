CREATE TYPE mood AS ENUM ('x', 'y');
CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    e mood,
    PRIMARY KEY (id)
);
