-- create articles
--
-- revision: 1b7d3f9a2c40
-- revises:
-- created: 2026-04-01T09:00:00Z

-- migrate:up
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL
);
INSERT INTO articles (title) VALUES ('Hello, World!'), ('Zwei  Dinge -- und mehr');

-- migrate:down
DROP TABLE articles;
