-- fill a table in one transaction
--
-- revision: b
-- revises: a

-- migrate:up rust:fill

-- migrate:down
DELETE FROM filled;
