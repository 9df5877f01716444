-- Create notes
--
-- revision: aaa
-- revises:
-- created: 2026-01-02T03:04:05Z

-- migrate:up
CREATE TABLE notes (id INTEGER PRIMARY KEY);

-- migrate:down
DROP TABLE notes;
