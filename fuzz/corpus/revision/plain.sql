-- m
--
-- revision: a1
-- revises: b1
-- created: 2026-11-21T04:56:27Z

-- migrate:up
CREATE TABLE t (id INTEGER);

-- migrate:down
DROP TABLE t;
