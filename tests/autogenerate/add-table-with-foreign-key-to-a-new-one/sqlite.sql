-- migrate:up
CREATE TABLE p (
    id INTEGER NOT NULL,
    x INTEGER,
    y INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT p_xy UNIQUE (x, y)
);
CREATE TABLE t (
    id INTEGER NOT NULL,
    p INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY (p) REFERENCES p (id)
);

-- migrate:down
DROP TABLE t;
DROP TABLE p;
