-- Create t_a1
--
-- revision: a1
-- revises:
-- created: 21.11.2026

-- migrate:up
CREATE TABLE t_a1 (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE t_a1;
