-- Create posts
--
-- revision: b82d05e6713c
-- revises: 4f1c7a2e9b30
-- created: 2026-03-05T15:40:00Z

-- migrate:up
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    body TEXT NOT NULL
);

-- The search finds a post by its title as soon as it is written.
CREATE TABLE post_titles (post_id INTEGER PRIMARY KEY, folded TEXT NOT NULL);
CREATE TRIGGER post_is_findable AFTER INSERT ON posts
BEGIN
    INSERT INTO post_titles (post_id, folded) VALUES (new.id, lower(new.title));
END;

-- migrate:down
DROP TABLE post_titles;
DROP TABLE posts;
