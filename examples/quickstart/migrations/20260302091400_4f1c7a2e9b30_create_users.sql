-- Create users
--
-- revision: 4f1c7a2e9b30
-- revises:
-- created: 2026-03-02T09:14:00Z

-- migrate:up
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX users_by_name ON users (name);

-- migrate:down
DROP TABLE users;
