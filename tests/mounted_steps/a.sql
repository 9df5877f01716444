-- create the tables
--
-- revision: a
-- revises:

-- migrate:up
CREATE TABLE visited (id BIGINT PRIMARY KEY, n INTEGER);
INSERT INTO visited WITH RECURSIVE s(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM s WHERE k < 600) SELECT 7 * k, 0 FROM s;
CREATE TABLE filled (id INTEGER);

-- migrate:down
DROP TABLE filled;
DROP TABLE visited;
