-- Create users
--
-- revision: 0123456789ab
-- revises:

-- migrate:up
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT,
    born DATE NOT NULL
);

-- migrate:down
DROP TABLE users;
