-- migrate:up
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    n INTEGER NOT NULL,
    PRIMARY KEY (id)
);
-- backfill: 0 is a placeholder; choose t.n for the rows that are there
INSERT INTO new_t (id, a, n) SELECT id, a, 0 FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
ALTER TABLE t DROP COLUMN n;
