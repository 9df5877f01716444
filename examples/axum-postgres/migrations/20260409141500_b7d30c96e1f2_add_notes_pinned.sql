-- Add notes.pinned
--
-- revision: b7d30c96e1f2
-- revises: 2c8e51f7a904
-- created: 2026-04-09T14:15:00Z

-- migrate:up
ALTER TABLE notes ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT false;

-- migrate:down
ALTER TABLE notes DROP COLUMN pinned;
