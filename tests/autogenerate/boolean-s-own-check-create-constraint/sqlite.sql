-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    b BOOLEAN,
    PRIMARY KEY (id),
    CONSTRAINT b_k CHECK (b IN (0, 1))
);
INSERT INTO new_t (id, b) SELECT id, b FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    b BOOLEAN,
    PRIMARY KEY (id)
);
INSERT INTO new_t (id, b) SELECT id, b FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
