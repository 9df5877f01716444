-- fill articles.slug
--
-- revision: d2903b6e5a18
-- revises: 8e54c0d17f62
-- created: 2026-04-02T10:15:00Z

-- migrate:up rust:fill_slugs

-- migrate:verify
SELECT count(*) = 0 FROM articles WHERE slug IS NULL;

-- migrate:noop the column goes with the revision before
