-- Create t_b2
--
-- revision: b2
-- revises:
-- replaces: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE t_b2 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_b2;
