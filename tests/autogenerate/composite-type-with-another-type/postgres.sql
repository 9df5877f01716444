-- migrate:up
ALTER TYPE p ALTER ATTRIBUTE y TYPE bigint;

-- migrate:down
ALTER TYPE p ALTER ATTRIBUTE y TYPE integer;
