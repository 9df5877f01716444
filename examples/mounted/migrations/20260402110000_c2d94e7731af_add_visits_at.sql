-- Add visits.at
--
-- revision: c2d94e7731af
-- revises: 6b1f0c9ad2e7
-- created: 2026-04-02T11:00:00Z

-- migrate:up
ALTER TABLE visits ADD COLUMN at TEXT;

-- migrate:down
ALTER TABLE visits DROP COLUMN at;
