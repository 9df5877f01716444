-- Merge emails and comments
--
-- revision: c16fd07b3e92
-- revises: d93a6fc81e57, 07e5b4d2c9a8
-- created: 2026-03-11T11:05:00Z

-- migrate:up

-- migrate:down
