-- Create users
--
-- revision: a1
-- revises:
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL
);

-- migrate:down
DROP TABLE users;
