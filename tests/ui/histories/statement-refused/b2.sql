-- Create posts
--
-- revision: b2
-- revises: a1
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE posts (
    id bigint PRIMARY KEY,
    author text NOT NULL REFERENCES users (email)
);

-- migrate:down
DROP TABLE posts;
