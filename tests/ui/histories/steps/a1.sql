-- fill names
--
-- revision: a1
-- revises:

-- migrate:up rust:fill_names

-- migrate:noop the column goes with its table
