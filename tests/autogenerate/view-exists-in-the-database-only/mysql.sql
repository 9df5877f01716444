-- migrate:up
DROP VIEW v;

-- migrate:down
CREATE VIEW v AS SELECT 1 AS a;
