-- add articles.slug
--
-- revision: 8e54c0d17f62
-- revises: 1b7d3f9a2c40
-- created: 2026-04-02T10:00:00Z

-- migrate:up
ALTER TABLE articles ADD COLUMN slug TEXT;

-- migrate:down
ALTER TABLE articles DROP COLUMN slug;
