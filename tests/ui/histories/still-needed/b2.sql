-- Moods are text
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
DROP TYPE mood;

-- migrate:down
CREATE TYPE mood AS ENUM ('calm', 'busy');
