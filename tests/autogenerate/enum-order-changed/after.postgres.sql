CREATE TYPE mood AS ENUM ('y', 'x');
CREATE TABLE t (
    id INTEGER NOT NULL,
    e mood,
    PRIMARY KEY (id)
);
