-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    a VARCHAR(20) NOT NULL,
    PRIMARY KEY (id)
);
-- backfill: '' is a placeholder; choose t.a for the rows that are there
INSERT INTO new_t (id, a) SELECT id, COALESCE(a, '') FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    PRIMARY KEY (id)
);
INSERT INTO new_t (id, a) SELECT id, a FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:lossy t.a NULL is replaced
