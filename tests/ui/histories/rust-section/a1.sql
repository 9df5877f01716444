-- Fill t
--
-- revision: a1
-- revises:
-- created: 2026-11-21T01:00:00Z

-- migrate:up rust:fill
UPDATE t SET a = 1;

-- migrate:noop nothing to undo
