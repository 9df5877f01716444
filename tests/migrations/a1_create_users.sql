-- create users
--
-- revision: a1
-- revises:
-- created: 2026-11-21T04:56:27Z

-- migrate:up
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);

-- migrate:down
DROP TABLE users;
