-- Create users
--
-- revision: a1
-- revises:
-- created: 2026-11-21T01:00:00Z

-- migrate:up
CREATE TABLE users (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(200) NOT NULL
);

-- migrate:down
DROP TABLE users;
