-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    x INTEGER,
    y INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT f FOREIGN KEY (x, y) REFERENCES p (x, y)
);
INSERT INTO new_t (id, x, y) SELECT id, x, y FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    x INTEGER,
    y INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT f FOREIGN KEY (x) REFERENCES p (id)
);
INSERT INTO new_t (id, x, y) SELECT id, x, y FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
