-- Index emails
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE INDEX ON users (email);

-- migrate:down
DROP INDEX users_email_key;
