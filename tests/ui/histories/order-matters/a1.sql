-- Create users
--
-- revision: a1
-- revises:
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
CREATE INDEX users_email ON users (email);

-- migrate:down
DROP TABLE users;
