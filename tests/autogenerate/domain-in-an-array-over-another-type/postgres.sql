-- migrate:up
ALTER DOMAIN d RENAME TO d_before;
CREATE DOMAIN d AS character varying(20);
ALTER TABLE t ALTER COLUMN x TYPE d USING "x"::character varying(20);
ALTER TABLE t ALTER COLUMN y TYPE d[] USING "y"::character varying(20)[]::d[];
DROP DOMAIN d_before;

-- migrate:down
ALTER DOMAIN d RENAME TO d_before;
CREATE DOMAIN d AS character varying(10);
ALTER TABLE t ALTER COLUMN x TYPE d USING "x"::character varying(10);
ALTER TABLE t ALTER COLUMN y TYPE d[] USING "y"::character varying(10)[]::d[];
DROP DOMAIN d_before;
