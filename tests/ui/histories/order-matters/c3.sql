-- Add a phone number too
--
-- revision: c3
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';

-- migrate:down
ALTER TABLE users DROP COLUMN phone;
