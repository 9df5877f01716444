-- Add comments
--
-- revision: 07e5b4d2c9a8
-- revises: b82d05e6713c
-- created: 2026-03-11T10:31:00Z

-- migrate:up
CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    body TEXT NOT NULL
);
CREATE INDEX comments_by_post ON comments (post_id);

-- migrate:down
DROP TABLE comments;
