-- migrate:up
ALTER TABLE staff NOT OF;
ALTER TYPE employee ADD ATTRIBUTE age integer;
ALTER TABLE staff ALTER COLUMN salary SET DEFAULT 100;
ALTER TABLE staff ADD COLUMN age integer;
ALTER TABLE staff OF employee;

-- migrate:down
ALTER TABLE staff NOT OF;
ALTER TYPE employee DROP ATTRIBUTE age;
ALTER TABLE staff ALTER COLUMN salary DROP DEFAULT;
ALTER TABLE staff DROP COLUMN age;
ALTER TABLE staff OF employee;
