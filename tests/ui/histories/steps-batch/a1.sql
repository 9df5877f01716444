-- fill names
--
-- revision: a1
-- revises:

-- migrate:up batch rust:fill_names key:users.id

-- migrate:noop the column goes with its table
