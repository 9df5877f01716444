-- Create t_a1
--
-- revision: a1
-- revises:
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE t_a1 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_a1;
