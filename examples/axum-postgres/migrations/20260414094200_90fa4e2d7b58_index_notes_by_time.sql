-- Index notes by time
--
-- revision: 90fa4e2d7b58
-- revises: b7d30c96e1f2
-- created: 2026-04-14T09:42:00Z

-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY notes_by_time ON notes (written_at);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY notes_by_time;
