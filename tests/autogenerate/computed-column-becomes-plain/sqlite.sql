-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    n INTEGER,
    g INTEGER,
    PRIMARY KEY (id)
);
INSERT INTO new_t (id, n, g) SELECT id, n, g FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    n INTEGER,
    g INTEGER GENERATED ALWAYS AS (n * 2) STORED,
    PRIMARY KEY (id)
);
INSERT INTO new_t (id, n) SELECT id, n FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
