-- Fill in missing emails
--
-- revision: 5a8e92f4d1b6
-- revises: c16fd07b3e92
-- created: 2026-03-20T13:27:00Z

-- migrate:up
UPDATE users SET email = 'user' || id || '@example.org' WHERE email IS NULL;

-- migrate:noop an invented address is as good as none
