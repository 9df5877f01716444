-- migrate:up
DROP VIEW v;
ALTER TABLE t ADD COLUMN email integer;
CREATE VIEW v AS
SELECT * FROM t;

-- migrate:down
DROP VIEW v;
ALTER TABLE t DROP COLUMN email;
CREATE VIEW v AS
SELECT * FROM t;
