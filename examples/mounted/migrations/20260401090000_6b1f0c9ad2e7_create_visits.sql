-- Create visits
--
-- revision: 6b1f0c9ad2e7
-- revises:
-- created: 2026-04-01T09:00:00Z

-- migrate:up
CREATE TABLE visits (id INTEGER PRIMARY KEY, path TEXT NOT NULL);

-- migrate:down
DROP TABLE visits;
