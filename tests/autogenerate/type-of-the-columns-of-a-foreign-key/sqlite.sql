-- migrate:up
CREATE TABLE new_p (
    id BIGINT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO new_p (id) SELECT id FROM p;
DROP TABLE p;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_p RENAME TO p;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    p BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE
);
INSERT INTO new_t (id, p) SELECT id, p FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_p (
    id INTEGER NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO new_p (id) SELECT id FROM p;
DROP TABLE p;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_p RENAME TO p;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE new_t (
    id INTEGER NOT NULL,
    p INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE
);
INSERT INTO new_t (id, p) SELECT id, p FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
