-- Merge both
--
-- revision: d4
-- revises: b2, c3
-- created: 2026-11-21T01:00:00Z

-- migrate:up

-- migrate:down
