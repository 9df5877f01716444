-- Longer emails
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
ALTER TABLE users MODIFY COLUMN email VARCHAR(320) NOT NULL;

-- migrate:down
ALTER TABLE users MODIFY COLUMN email VARCHAR(200);
