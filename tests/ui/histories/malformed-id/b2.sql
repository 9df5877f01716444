-- Create t_b-2
--
-- revision: b-2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE t_b-2 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_b-2;
