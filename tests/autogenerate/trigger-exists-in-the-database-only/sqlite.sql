-- migrate:up
DROP TRIGGER tr;

-- migrate:down
CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;
