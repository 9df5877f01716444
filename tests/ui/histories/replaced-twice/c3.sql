-- Create t_c3
--
-- revision: c3
-- revises: b2
-- replaces: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE t_c3 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_c3;
