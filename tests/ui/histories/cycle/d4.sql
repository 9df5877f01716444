-- Create t_d4
--
-- revision: d4
-- revises: c3
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE t_d4 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_d4;
