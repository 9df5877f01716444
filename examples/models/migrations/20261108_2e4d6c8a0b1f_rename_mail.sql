-- Rename users.mail to email
--
-- revision: 2e4d6c8a0b1f
-- revises: 1f0c3a5b7d90
-- created: 2026-11-08T09:00:00Z

-- migrate:up
ALTER TABLE users RENAME COLUMN mail TO email;

-- migrate:down
ALTER TABLE users RENAME COLUMN email TO mail;
