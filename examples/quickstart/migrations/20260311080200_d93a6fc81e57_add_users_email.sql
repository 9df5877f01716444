-- Add users.email
--
-- revision: d93a6fc81e57
-- revises: b82d05e6713c
-- created: 2026-03-11T08:02:00Z

-- migrate:up
ALTER TABLE users ADD COLUMN email TEXT;
CREATE UNIQUE INDEX users_by_email ON users (email);

-- migrate:down
DROP INDEX users_by_email;
ALTER TABLE users DROP COLUMN email;
