-- m
--
-- revision: a1
-- revises: 
-- created: 2026-11-21T04:56:27Z

-- migrate:up
SELECT 1;
-- migrate:down
SELECT 1