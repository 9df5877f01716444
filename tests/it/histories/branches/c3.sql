-- Create t_c3
--
-- revision: c3
-- revises: a1
-- created: 2026-11-21T03:00:00Z

-- migrate:up
CREATE TABLE t_c3 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_c3;
