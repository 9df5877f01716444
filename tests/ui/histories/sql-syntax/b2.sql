-- Add a phone number
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
ALTER TABLE users ADD COLUMN phone text;

-- migrate:down
ALTER TABLE users DROP COLUM phone CASCAD;
