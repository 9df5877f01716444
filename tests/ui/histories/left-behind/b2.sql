-- Add a state
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TYPE state AS ENUM ('new', 'done');
ALTER TABLE users ADD COLUMN state state;

-- migrate:down
ALTER TABLE users DROP COLUMN state;
