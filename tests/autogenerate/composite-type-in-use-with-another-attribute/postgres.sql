-- migrate:up
ALTER TYPE p DROP ATTRIBUTE y, ADD ATTRIBUTE z text;

-- migrate:down
ALTER TYPE p DROP ATTRIBUTE z, ADD ATTRIBUTE y integer;

-- migrate:lossy t.at the type loses the attribute y
