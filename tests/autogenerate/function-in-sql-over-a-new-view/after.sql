CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    PRIMARY KEY (id)
);
CREATE VIEW v AS SELECT id FROM t;
CREATE function f() returns bigint as
$$ SELECT count(*) FROM v $$
language SQL VOLATILE;
