-- Add users.status
--
-- revision: 3b5a7c9e1d2f
-- revises: 2e4d6c8a0b1f
-- created: 2026-11-15T09:00:00Z

-- migrate:up dialect:sqlite
ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'on_hold'));
-- The backfill.
UPDATE users SET status = 'on_hold' WHERE name IS NULL;

-- migrate:up dialect:postgres
CREATE TYPE user_status AS ENUM ('active', 'on_hold');
ALTER TABLE users ADD COLUMN status user_status NOT NULL DEFAULT 'active';
-- The backfill.
UPDATE users SET status = 'on_hold' WHERE name IS NULL;

-- migrate:down dialect:sqlite
ALTER TABLE users DROP COLUMN status;

-- migrate:down dialect:postgres
ALTER TABLE users DROP COLUMN status;
DROP TYPE user_status;
