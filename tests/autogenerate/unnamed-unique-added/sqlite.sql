-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    n INTEGER,
    PRIMARY KEY (id),
    UNIQUE (a)
);
INSERT INTO new_t (id, a, n) SELECT id, a, n FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    n INTEGER,
    PRIMARY KEY (id)
);
INSERT INTO new_t (id, a, n) SELECT id, a, n FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
