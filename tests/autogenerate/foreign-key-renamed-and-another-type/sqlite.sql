-- migrate:up
CREATE TABLE new_p (id varchar(20) PRIMARY KEY);
INSERT INTO new_p (id) SELECT id FROM p;
DROP TABLE p;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_p RENAME TO p;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE new_t (id integer PRIMARY KEY, p varchar(20), CONSTRAINT t_p_key FOREIGN KEY (p) REFERENCES p (id));
INSERT INTO new_t (id, p) SELECT id, p FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;

-- migrate:down
CREATE TABLE new_p (id integer PRIMARY KEY);
INSERT INTO new_p (id) SELECT id FROM p;
DROP TABLE p;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_p RENAME TO p;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE new_t (id integer PRIMARY KEY, p integer, CONSTRAINT t_p_fk FOREIGN KEY (p) REFERENCES p (id));
INSERT INTO new_t (id, p) SELECT id, p FROM t;
DROP TABLE t;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_t RENAME TO t;
PRAGMA legacy_alter_table = OFF;
