-- migrate:up
DROP TRIGGER tr ON t;
DROP FUNCTION tf();

-- migrate:down
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
